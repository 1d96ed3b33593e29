/**
 * What the page knows as a version of the fleet's state, and what changed from one to the next. Pure.
 * Invariant: the deltas that follow a version, applied in their order, give the newest state, but for
 * fields that change by mere time, which make no delta and come along with the next.
 */
import { isDeepStrictEqual } from 'node:util';
import type { FleetState, HostRow, LiveMessage, SessionRow } from './protocol.ts';

export type Delta = Extract<LiveMessage, { type: 'delta' }>;
type Changes<Row> = Record<string, Row | null>;

/** Null where nothing changed that counts. */
export function deltaBetween(before: FleetState, after: FleetState, version: number): Delta | null {
  const sessions = changes(before.sessions, after.sessions, steadySession);
  const hosts = changes(before.hosts, after.hosts, steadyHost);
  if (Object.keys(sessions).length + Object.keys(hosts).length === 0) return null;
  return { type: 'delta', version, sessions, hosts };
}

/** What the page does with it. */
export function applyDelta(state: FleetState, delta: Delta): FleetState {
  return { sessions: applied(state.sessions, delta.sessions), hosts: applied(state.hosts, delta.hosts) };
}

function changes<Row>(
  before: Readonly<Record<string, Row>>,
  after: Readonly<Record<string, Row>>,
  steady: (row: Row) => unknown,
): Changes<Row> {
  const fresh = Object.entries(after).filter(([key, row]) => {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    return was === undefined || !isDeepStrictEqual(steady(was), steady(row));
  });
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return Object.fromEntries<Row | null>([...fresh, ...gone.map((key) => [key, null] as const)]);
}

/** Keys are names that others gave: none of them means anything to JavaScript. */
function applied<Row>(
  rows: Readonly<Record<string, Row>>,
  changed: Readonly<Record<string, Row | null>>,
): Record<string, Row> {
  const next = new Map(Object.entries(rows));
  for (const [key, row] of Object.entries(changed)) {
    if (row === null) next.delete(key);
    else next.set(key, row);
  }
  return Object.fromEntries(next);
}

function steadySession({ age_minutes: _age, ...row }: SessionRow) {
  return row;
}

/** How fresh a connected host is tells its link; of one that is not, it is told with the link. */
function steadyHost({ age_ms: _age, latency_ms: _latency, as_of: _asOf, ...row }: HostRow) {
  return row;
}

/** The last deltas, for who comes back. */
export class DeltaRing {
  readonly #most: number;
  #deltas: Delta[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  push(delta: Delta): void {
    this.#deltas = [...this.#deltas.slice(1 - this.#most), delta];
  }

  /** Those after the version, up to `newest`; null where some are gone, or that version never was. */
  after(version: number, newest: number): readonly Delta[] | null {
    if (version > newest || version < 0) return null;
    const rest = this.#deltas.filter((delta) => delta.version > version);
    return rest.length === newest - version ? rest : null;
  }
}
