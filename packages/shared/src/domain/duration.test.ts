import { expect, it } from 'vitest';
import { formatAge, parseDuration } from './duration.ts';

it.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5h', 5_400_000],
  ['10', 10_000],
  ['0', 0],
  ['-1s', null],
  ['1 h', null],
  ['h', null],
  ['', null],
])('reads %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_599_999, '59m'],
  [14 * 3_600_000, '14h'],
  [72 * 3_600_000, '3d'],
])('prints %d ms as %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});
