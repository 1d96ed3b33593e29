import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrefixedLines } from './prefixed-lines.ts';

test('lines are whole however the bytes are split', () => {
  const whole = 'one\ntwo två\r\n\nthree';
  const expected = 's | one\ns | two två\ns | \ns | three\n';
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 })), (cuts) => {
      const lines = new PrefixedLines({ prefix: 's | ', colors: false });
      const bytes = Buffer.from(whole);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const told = places.slice(1).map((end, i) => lines.push(bytes.subarray(places[i], end)));
      expect(told.every((piece) => piece === '' || piece.endsWith('\n'))).toBe(true);
      expect(told.join('') + lines.end()).toBe(expected);
    }),
  );
});

test('nothing that acts on a terminal comes through, and nothing is told of nothing', () => {
  const lines = new PrefixedLines({ prefix: 's | ', colors: false });
  expect(lines.push(Buffer.from('\u001b[31mred\u001b]0;title\u0007\n'))).toBe('s | red\n');
  expect(lines.end()).toBe('');
});

test('a line without an end is told in pieces', () => {
  const lines = new PrefixedLines({ prefix: '> ', colors: false });
  expect(lines.push(Buffer.alloc(100_000, 'x'))).toBe(`> ${'x'.repeat(100_000)}\n`);
});
