/** Names of the metadata that travel beside every call. */

/** In each response: the id of the host that answered. */
export const HOST_ID = 'berth-host-id';
/** In each response: the version of the agent. */
export const AGENT_VERSION = 'berth-version';
/** In a request: refuse unless the host has this id. */
export const EXPECT_HOST = 'berth-expect-host';
/** In a request: an id for the logs of both sides; made by the agent where absent. */
export const CALL_ID = 'berth-call-id';
/** In a request: the version of the client. */
export const CLIENT_VERSION = 'berth-client-version';
