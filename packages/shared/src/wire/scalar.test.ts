import { expect, test } from 'vitest';
import { fromDate } from './scalar.ts';

test.each([
  ['none', undefined, null],
  ['one', new Date(5), 5],
  ['the first that the wire knows', new Date('0001-01-01T00:00:00Z'), -62_135_596_800_000],
  ['the last', new Date('9999-12-31T23:59:59.999Z'), 253_402_300_799_999],
  ['before all', new Date(-62_135_596_800_001), null],
  ['after all', new Date('+010000-01-01T00:00:00Z'), null],
  ['what no clock shows', new Date(Number.NaN), null],
])('a time: %s', (_what, date, ms) => {
  expect(fromDate(date)).toBe(ms);
});
