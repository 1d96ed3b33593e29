import { expect, it } from 'vitest';
import { wholeLetters } from './whole-letters.ts';

it.each([
  [['a', '界'], 'a界'],
  [['\u{1F389}'], '\u{1F389}'],
  [['a\uD83C', '\uDF89b'], 'a\u{1F389}b'],
  [['\uD83C', '\uD83C', '\uDF89'], '\uFFFD\u{1F389}'],
  // Half of a pair alone cannot be told in UTF-8.
  [['\uD83C', 'x'], '\uFFFDx'],
  [['\uDF89', 'x'], '\uFFFDx'],
])('%j comes out whole', (texts, typed) => {
  const bytes = wholeLetters();
  expect(Buffer.concat(texts.map(bytes)).toString()).toBe(typed);
});
