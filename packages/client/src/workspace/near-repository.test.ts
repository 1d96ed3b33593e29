import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mayHaveRepository } from './near-repository.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'berth-nearby-')));
afterAll(() => rmSync(root, { recursive: true }));

const made = (...words: string[]) => {
  const directory = path.join(root, ...words);
  mkdirSync(directory, { recursive: true });
  return directory;
};
const git = (at: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: at, stdio: 'ignore' });

it('a directory in no repository has none, whatever is beside it', () => {
  git(made('beside'), 'init');
  expect(mayHaveRepository(made('plain', 'deep'), {})).toBe(false);
});

it('finds what git would find', () => {
  const top = made('top');
  git(top, 'init');
  git(top, 'commit', '--allow-empty', '-m', 'a');
  git(top, 'worktree', 'add', path.join(root, 'linked'));
  git(made('bare'), 'init', '--bare');
  for (const directory of [
    top,
    made('top', 'a', 'b'),
    made('linked', 'c'),
    made('bare'),
    made('bare', 'refs'),
  ])
    expect(mayHaveRepository(directory, {})).toBe(true);
  expect(mayHaveRepository(made('plain'), { GIT_DIR: path.join(top, '.git') })).toBe(true);
});
