/** Who has waited longest for a person. Pure. */
import { type AttentionSnapshot, isSnoozed } from '@berth/shared/domain/attention';
import type { Place } from './resolve.ts';

/** A session that asks. */
export type Waiting = Place & {
  readonly session: { readonly attention: AttentionSnapshot };
};

/**
 * Those that stand still until somebody comes (permission and input), the longest wait first; then
 * errors, then what is done, then bells. Snoozed ones are left out.
 */
export function inOrder(places: readonly Place[], now: number): Waiting[] {
  const waiting = places.filter(isWaiting).filter(({ session }) => !isSnoozed(session.attention, now));
  return waiting.sort(
    (a, b) =>
      RANK[a.session.attention.kind] - RANK[b.session.attention.kind] ||
      a.session.attention.since - b.session.attention.since ||
      (a.session.id < b.session.id ? -1 : 1),
  );
}

const RANK = { permission: 0, input: 0, error: 1, done: 2, bell: 3 } as const;

function isWaiting(place: Place): place is Waiting {
  return place.session.attention !== null;
}

/** Changes when the session asks anew. */
export function askOf({ host, session }: Waiting): string {
  return `${host.name}/${session.id}/${session.attention.event}`;
}
