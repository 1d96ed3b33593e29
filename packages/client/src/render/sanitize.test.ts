import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sanitizer } from './sanitize.ts';

const clean = (parts: Uint8Array[], colors = false) => {
  const sanitizer = new Sanitizer({ colors });
  return parts.map((part) => sanitizer.push(part)).join('') + sanitizer.end();
};
const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ['plain ü 漢\r\n\tx', 'plain ü 漢\n\tx'],
  ['10%\r20%\r\r\nnext\r', '10%\r20%\nnext\r'],
  ['\u001b]0;title\u0007a\u001b[2Jb\u001b[31mc\u001b[0m', 'abc'],
  ['\u001b]52;c;AAAA\u001b\\x\u001bPq#0\u001b\\y\u001b(Bz', 'xyz'],
  ['a\u0007\u0000\u202eb\u009b5nc', 'abc'],
])('%j', (text, expected) => expect(clean([bytes(text)])).toBe(expected));

test('colours stay where wanted', () => {
  expect(clean([bytes('\u001b[1;31mx\u001b[m\u001b[5n\u001b[>4m')], true)).toBe('\u001b[1;31mx\u001b[m');
});

test('any split gives the same text', () => {
  const pieces = fc.array(
    fc.constantFrom('a', 'ü', '漢', '\u001b', '[', ']', '31', 'm', ';', '\u0007', '\\', '\n', 'P', '\u009b'),
  );
  fc.assert(
    fc.property(pieces, fc.nat(200), fc.boolean(), (words, at, colors) => {
      const all = bytes(words.join(''));
      expect(clean([all.subarray(0, at), all.subarray(at)], colors)).toBe(clean([all], colors));
    }),
  );
});
