/** What people are told of a session's place in the line for a slot. Pure. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { type SessionStatus, statusOf } from '@berth/shared/domain/session-state';

/** `running`; `pending (3rd in line)` where it waits for a slot. */
export function statusText(session: Pick<SessionSnapshot, 'state' | 'queuePlace'>): string {
  return withPlace(statusOf(session.state), session.queuePlace);
}

/** `place` from 1; nothing where it does not wait, or that is not known. */
export function withPlace(status: SessionStatus, place: number | null): string {
  return !place ? status : `${status} (${inLine(place)})`;
}

/** `1st in line`, `12th in line`. */
export function inLine(place: number): string {
  const tens = place % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending} in line`;
}

/** The sessions of a host after one of them left its line: those behind it have moved up. */
export function movedUp(
  sessions: ReadonlyMap<string, SessionSnapshot>,
  left: SessionSnapshot,
): ReadonlyMap<string, SessionSnapshot> {
  const place = left.queuePlace;
  if (!place) return sessions;
  const next = new Map(sessions);
  for (const [id, session] of sessions) {
    if (!session.queuePlace || session.queuePlace <= place) continue;
    next.set(id, { ...session, queuePlace: session.queuePlace - 1 });
  }
  return next;
}
