/**
 * The line of sessions that wait for a slot of a host. Pure. Whoever came first is next, and nobody
 * overtakes: what fits beside a head that does not fit waits as well.
 */
import { admit, type Capacity } from './ledger.ts';
import { holdsSlot, type Queued, type Session } from './session.ts';

/** What a host may promise at once. */
export interface Limits {
  readonly capacity: Capacity;
  /** Most sessions that may hold a slot; null: as many as fit. */
  readonly maxSessions: number | null;
}

/** Those who wait, the next one first. */
export function line(sessions: Iterable<Session>): Queued[] {
  return [...sessions].filter(isQueued).sort((a, b) => a.ticket - b.ticket);
}

/** For who comes now: behind everybody. */
export function nextTicket(sessions: Iterable<Session>): number {
  let last = 0;
  for (const session of sessions) if (isQueued(session)) last = Math.max(last, session.ticket);
  return last + 1;
}

/** From 1; null for who does not wait. */
export function placeOf(session: Session, sessions: Iterable<Session>): number | null {
  if (!isQueued(session)) return null;
  let before = 0;
  for (const other of sessions) {
    if (isQueued(other) && other.id !== session.id && other.ticket < session.ticket) before += 1;
  }
  return before + 1;
}

/** The head of the line, if there is a slot for it. */
export function admissible(sessions: Iterable<Session>, { capacity, maxSessions }: Limits): Queued | null {
  const all = [...sessions];
  const [head] = line(all);
  if (!head || !admit(capacity, all, head.memoryBytes).ok) return null;
  if (maxSessions !== null && all.filter(holdsSlot).length >= maxSessions) return null;
  return head;
}

function isQueued(session: Session): session is Queued {
  return session.state === 'queued';
}
