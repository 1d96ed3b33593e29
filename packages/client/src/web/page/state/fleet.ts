/** Live messages -> what is known of the fleet. Pure. Maps, not objects: names are anybody's. */
import type { FleetState, HostRow, LiveMessage, SessionKey, SessionRow } from '../../protocol.ts';

export interface Fleet {
  /** Life of the server that told this; null: nothing told yet. */
  readonly epoch: string | null;
  readonly version: number;
  readonly sessions: ReadonlyMap<SessionKey, SessionRow>;
  /** In the order of the configuration. */
  readonly hosts: ReadonlyMap<string, HostRow>;
}

export const NO_FLEET: Fleet = { epoch: null, version: 0, sessions: new Map(), hosts: new Map() };

type FleetMessage = Extract<LiveMessage, { type: 'state' | 'delta' }>;

/** What is known after the message; null where one before it is missing: all must be asked for anew. */
export function applied(fleet: Fleet, message: FleetMessage): Fleet | null {
  if (message.type === 'state') return told(message.epoch, message.version, message.state);
  if (message.version <= fleet.version) return fleet;
  if (fleet.epoch === null || message.version !== fleet.version + 1) return null;
  return {
    epoch: fleet.epoch,
    version: message.version,
    sessions: changed(fleet.sessions, message.sessions),
    hosts: changed(fleet.hosts, message.hosts),
  };
}

function told(epoch: string, version: number, state: FleetState): Fleet {
  const sessions = new Map(Object.entries(state.sessions));
  return { epoch, version, sessions, hosts: new Map(Object.entries(state.hosts)) };
}

function changed<T>(
  before: ReadonlyMap<string, T>,
  changes: Readonly<Record<string, T | null>>,
): ReadonlyMap<string, T> {
  const entries = Object.entries(changes);
  if (entries.length === 0) return before;
  const after = new Map(before);
  for (const [key, value] of entries) {
    if (value === null) after.delete(key);
    else after.set(key, value);
  }
  return after;
}
