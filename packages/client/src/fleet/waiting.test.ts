import type { AttentionKind, AttentionSnapshot } from '@berth/shared/domain/attention';
import { expect, test } from 'vitest';
import type { Place } from './resolve.ts';
import { askOf, inOrder } from './waiting.ts';

function place(id: string, attention: Partial<AttentionSnapshot> | null): Place {
  const whole = attention && {
    reason: '',
    line: '',
    source: 'hook',
    event: 1,
    snoozedUntil: null,
    ...attention,
  };
  return { host: { name: 'h' }, session: { id, attention: whole } } as unknown as Place;
}
const asks = (id: string, kind: AttentionKind, since: number) => place(id, { kind, since });

test('permission and input by the wait alone, then errors, what is done, and bells', () => {
  const places = [
    asks('bell', 'bell', 1),
    asks('done', 'done', 2),
    asks('late-permission', 'permission', 30),
    place('nothing', null),
    asks('error', 'error', 3),
    asks('early-input', 'input', 10),
    asks('early-permission', 'permission', 20),
  ];
  expect(inOrder(places, 100).map(({ session }) => session.id)).toEqual([
    'early-input',
    'early-permission',
    'late-permission',
    'error',
    'done',
    'bell',
  ]);
});

test('snoozed ones are left out until the snooze is over', () => {
  const one = place('one', { kind: 'input', since: 1, snoozedUntil: 100 });
  expect(inOrder([one], 99)).toEqual([]);
  expect(inOrder([one], 100)).toEqual([one]);
});

test('a session that asks anew is another ask', () => {
  const [first] = inOrder([place('one', { kind: 'input', event: 1 })], 0);
  const [second] = inOrder([place('one', { kind: 'input', event: 2 })], 0);
  expect(first && askOf(first)).not.toBe(second && askOf(second));
});
