import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GIT_ENV, type gitIn, newRepository } from '../../../../test/support/git-home.ts';
import { parseIndex, readIndex } from './index-file.ts';

let repo: string;
let git: ReturnType<typeof gitIn>;
beforeEach(() => {
  repo = mkdtempSync('/tmp/bix-');
  git = newRepository(repo);
});
afterEach(() => rmSync(repo, { recursive: true, force: true }));

const index = () => join(repo, '.git/index');
const put = (name: string, text = name) => {
  mkdirSync(dirname(join(repo, name)), { recursive: true });
  writeFileSync(join(repo, name), text);
};

function told() {
  const lines = execFileSync('git', ['ls-files', '-s', '-z'], { cwd: repo, env: GIT_ENV });
  const each = lines.toString('latin1').split('\0').slice(0, -1);
  return each.map((line) => ({ mode: line.slice(0, 6), name: line.slice(line.indexOf('\t') + 1) }));
}

test('names of every length, programs, links, conflicts and what is to be added', () => {
  for (let length = 1; length <= 20; length++) put(`d/${'n'.repeat(length)}`);
  put('ü\nb');
  put('c', 'base\n');
  git('add', '.');
  git('update-index', '--chmod=+x', 'd/n');
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
  git('commit', '-q', '-m', 'first');
  git('switch', '-q', '-c', 'other');
  put('c', 'theirs\n');
  git('commit', '-q', '-m', 'theirs', 'c');
  git('switch', '-q', '-');
  put('c', 'ours\n');
  git('commit', '-q', '-m', 'ours', 'c');
  expect(() => git('merge', '-q', 'other')).toThrow();
  put('later');
  git('add', '-N', 'later');
  expect(readFileSync(index()).readUInt32BE(4)).toBe(3);
  expect(readIndex(index())).toEqual(told());
  expect(told().filter(({ name }) => name === 'c')).toHaveLength(3);
});

test('no file is no entry', () => {
  expect(readIndex(index())).toEqual([]);
});

test('forms that only git reads', () => {
  put('a');
  put('b/c');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  git('update-index', '--index-version', '4');
  expect(readIndex(index())).toBe(null);
  git('update-index', '--index-version', '2');
  expect(readIndex(index())).toEqual(told());
  git('update-index', '--split-index');
  expect(readIndex(index())).toBe(null);
  git('update-index', '--no-split-index');
  git('sparse-checkout', 'set', '--cone', '--sparse-index', 'nothing');
  expect(readIndex(index())).toBe(null);
});

test('broken off it tells no name that is not there, and no byte of it can make it throw', () => {
  put('a');
  put('b/c');
  git('add', '.');
  const whole = readFileSync(index());
  const all = told();
  const at = fc.integer({ min: 0, max: whole.length - 1 });
  fc.assert(
    fc.property(at, at, fc.integer({ min: 0, max: 255 }), (cut, place, byte) => {
      const entries = parseIndex(whole.subarray(0, cut)) ?? [];
      expect(all).toEqual(expect.arrayContaining(entries));
      const changed = Buffer.from(whole);
      changed[place] = byte;
      parseIndex(changed);
    }),
  );
});
