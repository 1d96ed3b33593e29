import { expect, it } from 'vitest';
import { ranked } from './palette-rank.ts';

const entries = [
  { title: 'Open the pool', words: 'hosts' },
  { title: 'fix-auth', words: 'dev session' },
  { title: 'author-index', words: 'dev session' },
  { title: 'Start a session', words: 'new' },
];
const titles = (typed: string) => ranked(entries, typed).map(({ title }) => title);

it('finds by beginnings first, then by parts, then by other words', () => {
  expect(titles('auth')).toEqual(['author-index', 'fix-auth']);
  expect(titles('hosts')).toEqual(['Open the pool']);
  expect(titles('dev fx')).toEqual(['fix-auth']);
  expect(titles('zzz')).toEqual([]);
  expect(titles(' ')).toHaveLength(4);
});
