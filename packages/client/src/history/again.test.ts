import { expect, test } from 'vitest';
import { parseArguments } from '../commands/parse.ts';
import { START_FLAGS } from '../commands/start-flags.ts';
import { findStart, stillMissing, withGiven } from './again.ts';
import type { NumberedStart } from './entry.ts';
import { keptWords } from './kept-words.ts';
import { flagWords } from './words.ts';

const args = (...argv: string[]) => parseArguments(argv, START_FLAGS, 'start');
/** Words of `old`, started again with those of `given`. */
const again = (old: string, given: string) => {
  const words = (text: string) => text.split(' ').filter(Boolean);
  const { flags, words: prompts, rest } = withGiven(args(...words(old)), args(...words(given)));
  return [...flagWords(flags), ...prompts, ...(rest ? ['--', ...rest] : [])].join(' ');
};

test.each([
  ['--preset shell --queue do', '', '--preset shell --queue do'],
  ['--preset shell do', '--preset claude', '--preset claude do'],
  ['--name a --memory 8G do', '--name b', '--name b --memory 8G do'],
  ['--host a --host b do', '--host c', '--host c do'],
  // By their keys.
  ['--tag a=1 --tag b=1 do', '--tag b=2 --tag c=3', '--tag a=1 --tag b=2 --tag c=3 do'],
  ['--env A --env B do', '--env A=1', '--env B --env A=1 do'],
  // What cannot stand beside what is given.
  ['--queue do', '--no-queue', '--no-queue do'],
  ['--all-or-nothing a b', '--queue', '--queue a b'],
  ['--preset shell do', '--command x', '--command x do'],
  ['--command x do', '--preset shell', '--preset shell do'],
  ['--repo https://x/y --depth 3 do', '--no-repo', '--no-repo do'],
  ['--no-repo do', '--clean', '--clean do'],
  ['--size s do', '--vm-size m', '--vm-size m do'],
  ['--follow --wait do', '--attach', '--attach do'],
  ['--follow do', '--wait', '--follow --wait do'],
  // Other work.
  ['--preset shell a b', 'c', '--preset shell c'],
  ['--preset shell --headless --tag a=b do', '-- make', '--tag a=b -- make'],
  ['--tag a=b -- make test', 'do', '--tag a=b do'],
])('%j again with %j is %j', (old, given, all) => expect(again(old, given)).toBe(all));

test('--again takes what follows, unless that is a flag or nothing', () => {
  expect(args('--again').flags.again).toBe('last');
  expect(args('--again', '--queue').flags).toMatchObject({ again: 'last', queue: true });
  expect(args('--again', '12', 'do')).toMatchObject({ flags: { again: '12' }, words: ['do'] });
  expect(args('--again', '--', '--again')).toMatchObject({ flags: { again: 'last' }, rest: ['--again'] });
  expect(args('--', '--again').flags.again).toBeUndefined();
});

test('a start is found by its number, and by any session it led to, the newest first', () => {
  const start = (number: number, ...sessions: [string, string, string][]) =>
    ({
      number,
      sessions: sessions.map(([host, id, name]) => ({ host, id, name })),
    }) as Partial<NumberedStart> as NumberedStart;
  const starts = [
    start(3, ['a', 'sess-1-aa', 'x'], ['b', 'sess-2-bb', '']),
    start(4),
    start(7, ['b', 'sess-3-cc', 'x']),
    start(9, ['b', 'sess-30-dd', 'sess']),
  ];
  const found = (word: string) => findStart(starts, word)?.number;
  expect(['last', '3', '7', '5', '0'].map(found)).toEqual([9, 3, 7, undefined, undefined]);
  expect(['x', 'a:x', 'b:x', 'c:x'].map(found)).toEqual([7, 3, 7, undefined]);
  expect(['sess-2-bb', 'sess-2', 'b:sess-3-', 'sess-', 'sess', ''].map(found)).toEqual([
    3,
    3,
    7,
    undefined,
    9,
    undefined,
  ]);
  expect(findStart([], 'last')).toBeUndefined();
});

test('what was withheld must be given, each or in another way', () => {
  const withheld = ['--env A', '--env B', 'PROMPT'];
  expect(stillMissing(withheld, args('--env', 'A=1'))).toEqual(['--env B', 'PROMPT']);
  expect(stillMissing(withheld, args('--env', 'A', '--env', 'B=', 'do'))).toEqual([]);
  expect(stillMissing(['--command', '--tag'], args('--', 'make'))).toEqual(['--tag']);
  expect(stillMissing(['ARGV'], args('do'))).toEqual([]);
});

test('what may be secret is not kept, and what only looks like it is', () => {
  const key = `ghp_${'aB3dE6gH9jK2mN5pQ8sT'.repeat(2).slice(0, 36)}`;
  const kept = (...argv: string[]) => {
    const { flags, words, rest } = args(...argv);
    const {
      flags: words_,
      prompts,
      command,
      withheld,
    } = keptWords({ flags, prompts: words, command: rest }, 0);
    return [[...words_, ...prompts, ...(command ? ['--', ...command] : [])].join(' '), withheld.join()];
  };
  expect(kept('--env', 'A=b=c', '--env', 'D', 'x')).toEqual(['--env A --env D x', '--env A']);
  expect(kept('set password=None', `use ${key}`)).toEqual(['set password=None …', 'PROMPT']);
  expect(kept('--tag', `k=${key}`, 'x')).toEqual(['x', '--tag']);
  expect(kept('--', 'make', 'CC=gcc', 'npm_token=x')).toEqual(['-- make CC=gcc …', 'ARGV']);
  expect(kept('--command', 'x --password=y', 'z')).toEqual(['z', '--command']);
  expect(kept('--request-id', 'a', '--again', '--dry-run', '--', 'x')).toEqual(['-- x', '']);
});
