import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changes, type Screen, shows, tailOf } from './typed-text.ts';

const screen = (text: string, cursor = '0,0,0'): Screen => ({ lines: text.split('\n'), cursor });

test('finds a text however it is wrapped', () => {
  const tail = tailOf('please run all the tests again');
  expect(shows(tail, screen('> '), screen('> please run all the\n  tests again'))).toBe(true);
  expect(shows(tail, screen('> '), screen('> please run all the'))).toBe(false);
});

test('a text that stood there before does not count', () => {
  const there = screen('$ make\n$ ');
  expect(shows(tailOf('make'), there, there)).toBe(false);
  expect(shows(tailOf('make'), there, screen('$ make\n$ make'))).toBe(true);
});

test('a text of nothing visible is never seen', () => {
  expect(tailOf(' \u0003\n')).toBe('');
  expect(shows('', screen('a'), screen('a'))).toBe(false);
});

test('passes over figures and slow spinners, not over a mask or the cursor', () => {
  expect(changes(screen('✻ 12s'), screen('✽ 13s'))).toEqual(new Set());
  expect(changes(screen('key: '), screen('key: ***'))).toEqual(new Set([0]));
  expect(changes(screen('a', '0,0,0'), screen('a', '1,0,0'))).toEqual(new Set(['cursor']));
  expect(changes(screen('a'), screen('a\nb'))).toEqual(new Set([1]));
});

test('the tail of any text is found where the text is', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (text, before) => {
      fc.pre(tailOf(text) !== '' && !before.includes('\n') && !text.includes('\n'));
      expect(shows(tailOf(text), screen(before), screen(`${before}\n${text}`))).toBe(true);
    }),
  );
});
