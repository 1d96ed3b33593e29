import { expect, it } from 'vitest';
import type { EventRow } from '../../protocol.ts';
import { shownEvents, withEvents } from './event-log.ts';
import { eventWords } from './event-words.ts';

const event = (number: number, more: Partial<EventRow> = {}): EventRow => ({
  host: 'dev',
  number,
  at: `2026-11-21T10:00:${String(number % 60).padStart(2, '0')}.000Z`,
  session_id: 'sess-1',
  session: 'fix-auth',
  kind: 'state',
  type: 'session_changed',
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
  const log = [
    event(1),
    event(2, { host: 'gpu' }),
    event(3, { kind: 'attention', type: 'attention_raised', reason: 'wants Bash' }),
  ];
  const plain = { host: '', kind: '', words: '' };
  expect(shownEvents(log, plain).map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(shownEvents(log, { ...plain, host: 'gpu' }).map(({ number }) => number)).toEqual([2]);
  expect(shownEvents(log, { ...plain, words: 'BASH fix' }).map(({ number }) => number)).toEqual([3]);
});

it('tells an event in one safe line', () => {
  const notice = event(1, { type: 'host_notice', reason: 'DISK_FULL', message: 'a\u001b[2Jb\nc' });
  expect(eventWords(notice)).toBe('DISK_FULL: ab c');
  const asks = { type: 'attention_raised', attention_kind: 'permission', reason: 'wants Bash', line: 'ls' };
  expect(eventWords(event(1, asks))).toBe('permission: wants Bash — ls');
  expect(eventWords(event(1, { type: 'new_thing' }))).toBe('new thing');
});
