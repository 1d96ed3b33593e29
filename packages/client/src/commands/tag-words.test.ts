import { expect, test } from 'vitest';
import { parseTagWords } from './tag-words.ts';

test.each([
  [
    ['one', 'a=b', 'c-', 'd=e=f', 'g='],
    { sessions: ['one'], set: { a: 'b', d: 'e=f', g: '' }, remove: ['c'] },
  ],
  [['one', 'host:two', 'a=b'], { sessions: ['one', 'host:two'], set: { a: 'b' }, remove: [] }],
  [['one-', 'a-'], { sessions: ['one-'], set: {}, remove: ['a'] }],
  [['one'], { sessions: ['one'], set: {}, remove: [] }],
  [[], { sessions: [], set: {}, remove: [] }],
])('%j', (words, order) => expect(parseTagWords(words)).toEqual(order));

test.each([[['one', '=b']], [['one', 'a=b', 'two']], [['one', 'a=b', 'a-']]])('refuses %j', (words) => {
  expect(() => parseTagWords(words)).toThrow(expect.objectContaining({ reason: 'USAGE' }));
});
