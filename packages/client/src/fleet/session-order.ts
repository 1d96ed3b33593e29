/** The order in which people want to see sessions. Pure. */
import { isSnoozed, urgency } from '@berth/shared/domain/attention';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';

type Ordered = Pick<SessionSnapshot, 'id' | 'attention' | 'createdAt'>;

/** Who asks for a person first, the more urgent and the longer waiting before; then the newest. */
export function bySessionOrder(now: number): (a: Ordered, b: Ordered) => number {
  const asks = ({ attention }: Ordered) => (attention && !isSnoozed(attention, now) ? attention : null);
  return (a, b) => {
    const [left, right] = [asks(a), asks(b)];
    const urgent = urgency(left) - urgency(right);
    if (urgent !== 0) return urgent;
    if (left && right && left.since !== right.since) return left.since - right.since;
    return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
  };
}
