import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nameProblem, oneLine, safeText } from './text.ts';

it.each([
  ['a\u001b[31mred\u001b[0m b', 'ared b'],
  ['\u001b]0;owned\u0007title', 'title'],
  ['\u001b]8;;http://x\u001b\\link', 'link'],
  ['\u001bP1;2q…\u001b\\sixel', 'sixel'],
  ['two\r\nlines\tand', 'two lines and'],
  ['c1\u009b31m', 'c131m'],
  ['bidi\u202eevil', 'bidievil'],
  ['half\u001b', 'half'],
  ['plain ünïcode 日本 🚢', 'plain ünïcode 日本 🚢'],
])('oneLine of %j', (text, safe) => {
  expect(oneLine(text)).toBe(safe);
});

it('never lets a control character through, whatever comes', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      ']',
      'P',
      '\\',
      '\u0007',
      '\u009b',
      'm',
      '0',
      ';',
      'a',
      '\n',
      '\u202e',
    ),
  });
  fc.assert(
    fc.property(nasty, (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(safeText(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }),
  );
});

it.each([
  ['tests', null],
  ['a.b-c_1', null],
  ['日本', null],
  ['', 'it is empty'],
  ['a:b', 'it contains a colon or a slash'],
  ['a/b', 'it contains a colon or a slash'],
  ['a b', 'it contains white space'],
  ['a\u001b', 'it contains control characters'],
  ['-x', 'it begins with a dash'],
  ['sess-1', 'names that begin with sess- are kept for ids'],
  ['x'.repeat(65), 'it is longer than 64 characters'],
  ['\ud800', 'it is not valid Unicode'],
])('name %j', (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});
