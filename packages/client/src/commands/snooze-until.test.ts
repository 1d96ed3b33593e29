import { expect, test } from 'vitest';
import { nextTimeOfDay, parseSnooze } from './snooze-until.ts';

const now = new Date(2026, 10, 21, 12, 30, 15).getTime();
const at = (day: number, hours: number, minutes: number) =>
  new Date(2026, 10, day, hours, minutes, 0).getTime();

test.each([
  [['one', '30m'], ['one'], now + 1_800_000],
  [['one', 'host:two', '1h30m'], ['one', 'host:two'], now + 5_400_000],
  [['one', 'until', '18:05'], ['one'], at(21, 18, 5)],
  [['one', 'until', '9:00'], ['one'], at(22, 9, 0)],
  [['30m', '10s'], ['30m'], now + 10_000],
])('%j', (words, sessions, until) => {
  expect(parseSnooze(words, now)).toEqual({ sessions, until });
});

test.each([
  [['one']],
  [[]],
  [['one', '0s']],
  [['one', 'soon']],
  [['one', 'until', '25:00']],
  [['one', 'until']],
])('refuses %j', (words) => {
  expect(() => parseSnooze(words, now)).toThrow(expect.objectContaining({ reason: 'USAGE' }));
});

test('a time of day lies always ahead, and within a day and an hour', () => {
  for (let hour = 0; hour < 24; hour++) {
    const until = nextTimeOfDay(`${hour}:30`, now) ?? 0;
    expect(until).toBeGreaterThan(now);
    expect(until - now).toBeLessThanOrEqual(25 * 3_600_000);
  }
});
