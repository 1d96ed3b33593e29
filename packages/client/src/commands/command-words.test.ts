import { expect, it } from 'vitest';
import { commandWords } from './command-words.ts';

it.each([
  ['mytool --ask {prompt}', ['mytool', '--ask', '{prompt}']],
  ['  a  \'b  c\'\t"d e" ', ['a', 'b  c', 'd e']],
  ['a --x="$HOME `y` \\" \\\\ \\n"', ['a', '--x=$HOME `y` " \\ \\n']],
  ["a 'it'\\''s' '' \"\"", ['a', "it's", '', '']],
  ['a\\ b c\\"', ['a b', 'c"']],
])('%j', (text, words) => expect(commandWords(text)).toEqual(words));

it.each([
  ["a 'b", /quote that is not closed: '/],
  ['a "b\\"', /quote that is not closed: "/],
  ['a \\', /ends with a backslash/],
  ['  ', /names no program/],
  ["''", /names no program/],
])('refuses %j', (text, message) => expect(() => commandWords(text)).toThrow(message));
