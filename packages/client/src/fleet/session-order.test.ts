import { expect, it } from 'vitest';
import { bySessionOrder } from './session-order.ts';

const session = (id: string, createdAt: number, attention: object | null = null) =>
  ({ id, createdAt, attention: attention && { snoozedUntil: null, ...attention } }) as never;

it('shows who asks first: the more urgent, then who waits longest; then the newest', () => {
  const sessions = [
    session('old', 1),
    session('new', 2),
    session('bell', 9, { kind: 'bell', since: 0 }),
    session('input late', 9, { kind: 'input', since: 50 }),
    session('input', 1, { kind: 'input', since: 40 }),
    session('permission', 1, { kind: 'permission', since: 60 }),
    session('snoozed', 3, { kind: 'permission', since: 1, snoozedUntil: 200 }),
  ];
  const order = sessions.toSorted(bySessionOrder(100)).map(({ id }: { id: string }) => id);
  expect(order).toEqual(['permission', 'input', 'input late', 'bell', 'snoozed', 'new', 'old']);
});
