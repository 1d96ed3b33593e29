import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { branchOf, verdictOn } from './branch-verdict.ts';

const state = { local: 'a', pulled: '', fetched: 'b', onlyLocal: 0, onlyFetched: 1 };

test.each([
  ['created', { local: '', onlyFetched: 0 }],
  ['unchanged', { fetched: 'a', onlyFetched: 0 }],
  ['forwarded', {}],
  ['replaced', { pulled: 'a', onlyLocal: 1 }],
  ['ahead', { onlyLocal: 1, onlyFetched: 0 }],
  ['ahead', { pulled: 'b', onlyLocal: 1 }],
  ['diverged', { onlyLocal: 1 }],
  ['diverged', { pulled: 'c', onlyLocal: 1 }],
] as const)('%s', (verdict, over) => {
  expect(verdictOn({ ...state, ...over })).toBe(verdict);
});

test('every name of a session makes a branch that git takes', () => {
  const names = [
    'fix',
    'a.b',
    'a..b',
    '.a',
    'a.',
    'a.lock',
    'a~b^c',
    'a@{b',
    '@',
    '-',
    '[x]*?',
    'ü',
    '\\',
    'a.LOCK',
  ];
  const branches = names.map((name) => branchOf({ id: 'sess-1', name }));
  for (const branch of branches) execFileSync('git', ['check-ref-format', `refs/heads/${branch}`]);
  expect(branches.slice(0, 2)).toEqual(['berth/fix', 'berth/a.b']);
  expect(branchOf({ id: 'sess-1', name: '' })).toBe('berth/sess-1');
  // It is shown in a command to copy.
  expect(branchOf({ id: 'sess-1', name: "a;b|c&d$(e)`f`'g'!h#i<j>" })).toMatch(/^berth\/[a-j-]+$/);
});
