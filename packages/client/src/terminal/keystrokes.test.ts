import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyMatcher, parseKeys } from './keystrokes.ts';

test.each([
  ['ctrl-b d', [2, 100]],
  ['ctrl-p,ctrl-q', [16, 17]],
  ['ctrl-\\', [28]],
  ['hello', null],
  ['', null],
])('%s', (text, expected) => expect(parseKeys(text)).toEqual(expected && Uint8Array.from(expected)));

test('a half-typed sequence goes on when it does not complete', () => {
  const matcher = new KeyMatcher(Uint8Array.of(2, 100));
  expect([...matcher.push(Uint8Array.of(97, 2)).forward]).toEqual([97]);
  expect([...matcher.push(Uint8Array.of(99)).forward]).toEqual([2, 99]);
  expect(matcher.push(Uint8Array.of(98, 2, 100, 120))).toEqual({ forward: Uint8Array.of(98), detach: true });
});

test('finds the sequence wherever and however it is typed', () => {
  const byte = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 4 }), fc.array(byte), (keys, typed) => {
      const matcher = new KeyMatcher(Uint8Array.from(keys));
      const text = String.fromCharCode(...typed);
      const at = text.indexOf(String.fromCharCode(...keys));
      const forwarded: number[] = [];
      const detached = typed.some((b) => {
        const { forward, detach } = matcher.push(Uint8Array.of(b));
        forwarded.push(...forward);
        return detach;
      });
      expect(detached).toBe(at >= 0);
      if (at >= 0) expect(forwarded).toEqual(typed.slice(0, at));
      else expect(forwarded).toEqual(typed.slice(0, forwarded.length));
    }),
  );
});
