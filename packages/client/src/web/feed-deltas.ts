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
  const changed: Changes<Row> = {};
  for (const [key, row] of Object.entries(after)) {
    const was = before[key];
    if (was === undefined || !isDeepStrictEqual(steady(was), steady(row))) changed[key] = row;
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) changed[key] = null;
  return changed;
}

function applied<Row>(
  rows: Readonly<Record<string, Row>>,
  changed: Readonly<Record<string, Row | null>>,
): Record<string, Row> {
  const next: Record<string, Row> = { ...rows };
  for (const [key, row] of Object.entries(changed)) {
    if (row === null) delete next[key];
    else next[key] = row;
  }
  return next;
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
