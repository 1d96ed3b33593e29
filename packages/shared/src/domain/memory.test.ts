import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMemory, GIB, MIB, parseMemory } from './memory.ts';

it.each([
  ['32G', 32 * GIB],
  ['32GB', 32 * GIB],
  ['32GiB', 32 * GIB],
  ['32 gib', 32 * GIB],
  ['512M', 512 * MIB],
  ['1.5T', 1536 * GIB],
  ['1024', 1024],
  ['-5G', null],
  ['0', null],
  ['0.0M', null],
  ['5X', null],
  ['G', null],
  ['', null],
  ['1e9', null],
  ['99999999999T', null],
  ['NaN', null],
])('reads %s', (text, bytes) => {
  expect(parseMemory(text)).toBe(bytes);
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536 * MIB, '1.5 GiB'],
  [32 * GIB, '32 GiB'],
  [120 * 1024, '120 KiB'],
])('prints %d bytes as %s', (bytes, text) => {
  expect(formatMemory(bytes)).toBe(text);
});

it('reads what it prints, to a part in ten', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
      const back = parseMemory(formatMemory(bytes)) ?? 0;
      expect(Math.abs(back - bytes) / bytes).toBeLessThan(0.1);
    }),
  );
});
