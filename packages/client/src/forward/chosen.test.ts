import { expect, test } from 'vitest';
import { chosenForwards } from './chosen.ts';

const common = { pid: 1, since: 0 };
const web = { ...common, host: 'dev', sessionId: 'sess-a1', name: 'web', port: 3000, localPort: 3000 };
const webToo = { ...web, port: 3001, localPort: 4000 };
const moved = { ...common, host: 'lab', sessionId: 'sess-b1', name: '', port: 3000, localPort: 3001 };
const ofAll = { ...moved, port: null, localPort: null };
const all = [web, webToo, moved, ofAll];

test.each([
  [[], all],
  [['web'], [web, webToo]],
  [['dev:web'], [web, webToo]],
  [['sess-b'], [moved, ofAll]],
  [['lab:sess-b1'], [moved, ofAll]],
  [['3001'], [moved]],
  [['localhost:4000'], [webToo]],
  // Its own port 3001, not what is localhost:3001.
  [['web', '3001'], [webToo]],
  [['web', '4000'], [webToo]],
  [['web', 'sess-a1', '3000', '3000'], [web]],
])('%j', (words, chosen) => {
  expect(chosenForwards(words, all)).toEqual(chosen);
});

test.each([
  [['other']],
  [['lab:web']],
  [['']],
  [['dev:']],
  [['5000']],
  [['web', '3002']],
  [['web', 'other']],
  [['s']],
])('%j is no forward of here', (words) => {
  expect(() => chosenForwards(words, all)).toThrow(expect.objectContaining({ reason: 'FORWARD_NOT_FOUND' }));
});

test('a name of two sessions is not guessed at', () => {
  const twin = { ...web, host: 'lab', sessionId: 'sess-c1' };
  expect(() => chosenForwards(['web'], [web, twin])).toThrow(/dev:sess-a1, lab:sess-c1/);
  expect(chosenForwards(['lab:web'], [web, twin])).toEqual([twin]);
});
