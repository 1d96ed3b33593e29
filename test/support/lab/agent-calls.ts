/** What an agent answers to single calls of its API: its ledger, its sessions, a reservation. */

import { SessionState } from '@berth/shared/gen/berth/v1/common';
import { HostServiceClient, type HostServiceGetResponse } from '@berth/shared/gen/berth/v1/host';
import {
  type ListResponse,
  ReserveRequest,
  type ReserveResponse,
  type Session,
  SessionServiceClient,
} from '@berth/shared/gen/berth/v1/session';
import { credentials } from '@grpc/grpc-js';
import { within } from '../until.ts';

/** Ends what hangs, not what is slow. */
const PATIENCE_MS = 60_000;

/** States in which a session has its slot. */
const HOLDS: readonly SessionState[] = [
  SessionState.RESERVED,
  SessionState.STARTING,
  SessionState.RUNNING,
  SessionState.SUSPENDED,
];

export interface Holdings {
  readonly sessions: readonly Session[];
  /** As the ledger says. */
  readonly heldBytes: number;
  readonly heldSlots: number;
  /** Those of the sessions that have a slot. */
  readonly live: readonly Session[];
}

/** Throws where the ledger is not the sum of the live sessions. */
export async function holdings(socket: string): Promise<Holdings> {
  const host = new HostServiceClient(`unix:${socket}`, credentials.createInsecure());
  const session = new SessionServiceClient(`unix:${socket}`, credentials.createInsecure());
  try {
    const { host: it } = await answer<HostServiceGetResponse>((done) => host.get({}, done));
    const { sessions } = await answer<ListResponse>((done) => session.list({ statuses: [] }, done));
    const live = sessions.filter(({ state }) => HOLDS.includes(state));
    const heldBytes = Number(it?.ledger?.heldBytes);
    const heldSlots = Number(it?.ledger?.heldSlots);
    const sum = live.reduce((total, { memoryBytes }) => total + Number(memoryBytes), 0);
    if (sum !== heldBytes || live.length !== heldSlots)
      throw new Error(
        `the ledger has ${heldSlots} slots of ${heldBytes}, the sessions ${live.length} of ${sum}`,
      );
    return { sessions, heldBytes, heldSlots, live };
  } finally {
    host.close();
    session.close();
  }
}

/** Id of a session that holds a slot for so long. */
export async function reserve(
  socket: string,
  options: { requestId: string; memoryBytes: number; seconds: number },
): Promise<string> {
  const client = new SessionServiceClient(`unix:${socket}`, credentials.createInsecure());
  const { requestId, memoryBytes, seconds } = options;
  const ttl = { seconds: BigInt(seconds), nanos: 0 };
  const request = ReserveRequest.fromPartial({ requestId, memoryBytes: BigInt(memoryBytes), ttl });
  try {
    const { session } = await answer<ReserveResponse>((done) => client.reserve(request, done));
    return session?.id ?? '';
  } finally {
    client.close();
  }
}

async function answer<T>(call: (done: (error: Error | null, response: T) => void) => unknown): Promise<T> {
  const response = new Promise<T>((resolve, reject) => {
    call((error, response) => (error ? reject(error) : resolve(response)));
  });
  const inTime = await within(response, PATIENCE_MS);
  if (inTime === null) throw new Error(`the agent did not answer within ${PATIENCE_MS} ms`);
  return inTime;
}
