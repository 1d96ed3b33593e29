import { expect, it } from 'vitest';
import type { EventRow } from '../../protocol.ts';
import { eventWords, shownEvents, withEvents } from './event-log.ts';

const event = (number: number, more: Partial<EventRow> = {}): EventRow => ({
  host: 'dev',
  number,
  at: `2026-11-21T10:00:${String(number % 60).padStart(2, '0')}.000Z`,
  session_id: 'sess-1',
  session: 'fix-auth',
  kind: 'state',
  type: 'sessionChanged',
  ...more,
});

it('holds each event once, in the order of time', () => {
  const log = withEvents(withEvents([], [event(2), event(3)]), [event(1), event(3), event(3), event(4)]);
  expect(log.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(withEvents(log, [event(2)])).toBe(log);
});

it('holds the newest 2000', () => {
  const many = Array.from({ length: 2100 }, (_, number) => event(number, { at: '2026-11-21T10:00:00Z' }));
  const log = withEvents([], many);
  expect([log.length, log[0]?.number]).toEqual([2000, 100]);
});

it('shows what is wanted, the newest first', () => {
  const log = [event(1), event(2, { host: 'gpu' }), event(3, { kind: 'attention', reason: 'wants Bash' })];
  const plain = { host: '', kind: '', words: '' };
  expect(shownEvents(log, plain).map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(shownEvents(log, { ...plain, host: 'gpu' }).map(({ number }) => number)).toEqual([2]);
  expect(shownEvents(log, { ...plain, words: 'BASH fix' }).map(({ number }) => number)).toEqual([3]);
});

it('tells an event in one safe line', () => {
  const words = eventWords(event(1, { message: 'a\u001b[2Jb\nc', attention: { reason: 'wants Bash' } }));
  expect(words).toBe('sessionChanged · message ab c · attention wants Bash');
});
