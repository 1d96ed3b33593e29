import { expect, test } from 'vitest';
import { parseQuietHours, quietUntil } from './quiet-hours.ts';

test.each(['', '22-7', '24:00-07:00', '22:00-07:60', '22:00', '07:00-07:00', 'x22:00-07:00'])(
  '%j is none',
  (text) => expect(parseQuietHours(text)).toBeNull(),
);

const time = (day: number, hour: number, minute = 0) => new Date(2026, 5, day, hour, minute).getTime();

test.each([
  ['22:00-07:00', time(1, 21, 59), null],
  ['22:00-07:00', time(1, 22), time(2, 7)],
  ['22:00-07:00', time(1, 23, 30), time(2, 7)],
  ['22:00-07:00', time(2, 0), time(2, 7)],
  ['22:00-07:00', time(2, 6, 59), time(2, 7)],
  ['22:00-07:00', time(2, 7), null],
  ['12:30-13:15', time(1, 12, 30), time(1, 13, 15)],
  ['12:30-13:15', time(1, 13, 15), null],
  ['18:00-24:00', time(1, 20), time(2, 0)],
  ['0:00-8:00', time(1, 0), time(1, 8)],
])('%s at %d', (text, now, end) => expect(quietUntil(now, parseQuietHours(text))).toBe(end));

test('none at all', () => expect(quietUntil(time(1, 3), null)).toBeNull());
