import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTyping, TypingDetector } from './typing.ts';

const REPORTS = [
  '\u001b[I',
  '\u001b[O',
  '\u001b[<35;10;20M',
  '\u001b[<0;1;1m',
  '\u001b[M !!',
  '\u001b[M#\u001b~',
  '\u001b[32;40;50M',
  '\u001b[?62;22c',
  '\u001b[>84;0;0c',
  '\u001b[24;80R',
  '\u001b[?24;80R',
  '\u001b[0n',
  '\u001b[?997;1n',
  '\u001b[?2026;2$y',
  '\u001b[4;2$y',
  '\u001b[8;24;80t',
  '\u001b[?1u',
  '\u001b]11;rgb:0000/0000/0000\u0007',
  '\u001b]10;rgb:ffff/ffff/ffff\u001b\\',
  '\u001b]4;1;rgb:cd/00/00\u001b\\',
  '\u001b]52;c;aGVsbG8=\u0007',
  '\u001bP>|tmux 3.3a\u001b\\',
  '\u001bP!|00000000\u001b\\',
  '\u001bP1+r544e=787465726d\u001b\\',
  '\u001b_Gi=31;OK\u001b\\',
];

const KEYS = [
  'a',
  '\r',
  '\u0003',
  'é',
  '\u001b',
  '\u001b\u001b',
  '\u001b[A',
  '\u001bOA',
  '\u001bOI',
  '\u001b[1;5C',
  '\u001b[Z',
  '\u001b[3~',
  '\u001b[15~',
  '\u001b[97;5u',
  '\u001b[200~pasted\u001b[201~',
  '\u001bb',
  '\u001b]x',
  '\u001bPx',
];

const bytes = (text: string) => Buffer.from(text);

test.each(REPORTS)('%j comes from the terminal', (report) => {
  expect(isTyping(bytes(report))).toBe(false);
});

test.each(KEYS)('%j was typed', (key) => {
  expect(isTyping(bytes(key))).toBe(true);
});

test('nothing is no typing', () => expect(isTyping(new Uint8Array())).toBe(false));

test('a key among reports is seen', () => {
  expect(isTyping(bytes('\u001b[Iy\u001b[O'))).toBe(true);
});

test('what looked like the beginning of an answer is typing once it goes on otherwise', () => {
  const detector = new TypingDetector();
  expect(detector.push(bytes('\u001b]'))).toBe(false);
  expect(detector.push(bytes('l'))).toBe(true);
  expect(detector.push(bytes('s'))).toBe(true);
});

test('a report after an Esc is no second key', () => {
  const detector = new TypingDetector();
  expect(['\u001b', '\u001b[I', '\u001b[O'].map((text) => detector.push(bytes(text)))).toEqual([
    true,
    false,
    false,
  ]);
});

const report = fc.constantFrom(...REPORTS);
/** The text in pieces, none of which is an Esc alone (that is the key). */
const split = (text: string, cuts: readonly number[]) => {
  const whole = bytes(text);
  const ends = [...new Set(cuts.map((cut) => cut % whole.length))].sort((a, b) => a - b);
  const kept = ends.filter(
    (end, i) => end > 0 && !(whole[end - 1] === 0x1b && end - (ends[i - 1] ?? 0) === 1),
  );
  return [...kept, whole.length].map((end, i) => whole.subarray(i === 0 ? 0 : kept[i - 1], end));
};

test('reports are no typing, however they are split', () => {
  fc.assert(
    fc.property(fc.array(report, { minLength: 1, maxLength: 6 }), fc.array(fc.nat()), (reports, cuts) => {
      const detector = new TypingDetector();
      const pieces = split(reports.join(''), cuts).filter(
        (piece) => !(piece.length === 1 && piece[0] === 0x1b),
      );
      const whole = Buffer.concat(pieces).length === bytes(reports.join('')).length;
      fc.pre(whole);
      expect(pieces.map((piece) => detector.push(piece)).includes(true)).toBe(false);
    }),
  );
});

test('a key is seen wherever it stands, however all is split', () => {
  const key = fc.constantFrom(...KEYS.filter((text) => text !== '\u001b'));
  fc.assert(
    fc.property(fc.array(report), key, fc.array(report), fc.array(fc.nat()), (before, typed, after, cuts) => {
      const detector = new TypingDetector();
      const pieces = split([...before, typed, ...after].join(''), cuts);
      expect(pieces.map((piece) => detector.push(piece)).includes(true)).toBe(true);
    }),
  );
});
