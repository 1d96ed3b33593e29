/** What is taken out of repositories that sessions work in, whatever they are like and have configured. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitIn, newRepository, type TestGit } from '../../../../test/support/git-home.ts';
import { createSessionRepositories } from './session-repositories.ts';

const repositories = createSessionRepositories();
const { signal } = new AbortController();
let root: string;
let work: string;
let git: TestGit;

beforeEach(() => {
  root = mkdtempSync('/tmp/br-');
  work = path.join(root, 'work');
  git = newRepository(work);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string, text: string) => writeFileSync(path.join(work, name), text);
const taken = () => repositories.snapshot(work, signal);

function commit(...files: string[]): string {
  for (const name of files) file(name, `${name}\n`);
  git('add', '.');
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  return git('rev-parse', 'HEAD');
}

/** What lies in a commit, by name. */
function filesOf(id: string): Record<string, string> {
  const names = git('ls-tree', '-r', '-z', '--name-only', id).split('\0').filter(Boolean);
  return Object.fromEntries(names.map((name) => [name, git('cat-file', 'blob', `${id}:${name}`)]));
}

test('nothing changed: nothing is taken', async () => {
  const at = commit('a');
  git('branch', 'side');
  expect(await taken()).toEqual({
    branch: 'main',
    commit: at,
    workCommit: '',
    dirtyFiles: 0,
    branches: [
      { name: 'main', commit: at },
      { name: 'side', commit: at },
    ],
  });
  expect(git('for-each-ref', 'refs/berth')).toBe('');
});

test('staged, changed, removed and untracked files as they lie there; the index stays as it is', async () => {
  const at = commit('changed', 'removed', 'same', '.gitignore');
  file('.gitignore', 'ignored\n');
  file('ignored', 'x');
  file('staged', 'in the index\n');
  git('add', 'staged');
  file('staged', 'in the work tree');
  file('changed', 'changed');
  rmSync(path.join(work, 'removed'));
  file('new\n"file"', 'untracked');
  const [index, status] = [readFileSync(path.join(work, '.git/index')), git('status', '--porcelain', '-z')];
  const { workCommit, dirtyFiles } = await taken();
  expect(filesOf(workCommit)).toEqual({
    '.gitignore': 'ignored',
    changed: 'changed',
    'new\n"file"': 'untracked',
    same: 'same',
    staged: 'in the work tree',
  });
  expect([git('rev-parse', `${workCommit}^`), dirtyFiles]).toEqual([at, 5]);
  expect(readFileSync(path.join(work, '.git/index'))).toEqual(index);
  expect(git('status', '--porcelain', '-z')).toBe(status);
  expect(git('for-each-ref', '--format=%(refname)', 'refs/berth')).toBe('refs/berth/work');
  expect((await taken()).workCommit).toBe(workCommit);
  file('changed', 'again');
  expect((await taken()).workCommit).not.toBe(workCommit);
});

test('the same work has the commit that it had, however long ago', async () => {
  const at = commit('a');
  file('a', 'changed\n');
  const { workCommit } = await taken();
  const tree = git('rev-parse', `${workCommit}^{tree}`);
  const before = git(
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@y',
    'commit-tree',
    '-p',
    at,
    '-m',
    'then',
    tree,
  );
  expect(before).not.toBe(workCommit);
  git('update-ref', 'refs/berth/work', before);
  expect((await taken()).workCommit).toBe(before);
});

test('no commit, and a detached head', async () => {
  expect(await taken()).toMatchObject({ branch: 'main', commit: '', workCommit: '', branches: [] });
  file('a', 'a');
  const unborn = await taken();
  expect(unborn).toMatchObject({ branch: 'main', commit: '', dirtyFiles: 1 });
  expect(filesOf(unborn.workCommit)).toEqual({ a: 'a' });
  const at = commit('a');
  git('checkout', '--quiet', '--detach');
  expect(await taken()).toMatchObject({ branch: '', commit: at, workCommit: '' });
});

test('a merge that stands still with conflicts', async () => {
  commit('a');
  git('checkout', '--quiet', '-b', 'other');
  file('a', 'theirs\n');
  git('commit', '--quiet', '-am', 'theirs');
  git('checkout', '--quiet', 'main');
  file('a', 'ours\n');
  git('commit', '--quiet', '-am', 'ours');
  expect(() => git('merge', 'other')).toThrow();
  const unmerged = git('ls-files', '--unmerged');
  const { workCommit } = await taken();
  expect(filesOf(workCommit).a).toContain('<<<<<<< HEAD\nours\n');
  expect(git('ls-files', '--unmerged')).toBe(unmerged);
});

test('nothing that the repository configures is run', async () => {
  commit('a');
  // One that a session made itself, and signed.
  const signed = git('cat-file', 'commit', 'HEAD').replace(
    '\n\n',
    '\ngpgsig -----BEGIN PGP SIGNATURE-----\n\n',
  );
  writeFileSync(path.join(root, 'signed'), signed);
  git('update-ref', 'refs/berth/work', git('hash-object', '-t', 'commit', '-w', path.join(root, 'signed')));
  const [ran, trap] = [path.join(root, 'ran'), path.join(root, 'trap')];
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >>${ran}\ncat\n`, { mode: 0o755 });
  for (const hook of ['pre-commit', 'post-index-change', 'reference-transaction', 'post-commit']) {
    mkdirSync(path.join(work, '.git/hooks'), { recursive: true });
    writeFileSync(path.join(work, '.git/hooks', hook), `#!/bin/sh\n${trap}\n`, { mode: 0o755 });
  }
  for (const [name, value] of [
    ['core.fsmonitor', trap],
    ['filter.lfs.clean', trap],
    ['filter.lfs.process', trap],
    ['filter.lfs.required', 'true'],
    ['diff.external', trap],
    ['diff.x.textconv', trap],
    ['uploadpack.packObjectsHook', trap],
    ['commit.gpgSign', 'true'],
    ['gpg.program', trap],
    ['log.showSignature', 'true'],
    ['core.alternateRefsCommand', trap],
  ] as const)
    git('config', name, value);
  file('.gitattributes', '* filter=lfs diff=x\n');
  file('a', 'changed\n');
  const { workCommit } = await taken();
  expect(filesOf(workCommit).a).toBe('changed');
  await using program = await repositories.upload(work, 'version=2', null);
  program.streams?.output.resume();
  program.streams?.input.end('0014command=ls-refs\n00000000');
  expect(await program.ended).toBe(null);
  expect(existsSync(ran)).toBe(false);
});

test('what is no repository of its own', async () => {
  const plain = path.join(work, 'below');
  mkdirSync(plain);
  const wrong = { reason: 'SOURCE_INVALID' };
  await expect(repositories.snapshot(plain, signal)).rejects.toMatchObject(wrong);
  await expect(repositories.upload(plain, '', null)).rejects.toMatchObject(wrong);
  await expect(repositories.snapshot(path.join(root, 'gone'), signal)).rejects.toMatchObject(wrong);
  mkdirSync(path.join(plain, '.git'));
  await expect(repositories.snapshot(plain, signal)).rejects.toMatchObject(wrong);
});

test('a repository inside of it that has no commit, and one that has', async () => {
  commit('a');
  newRepository(path.join(work, 'empty'));
  const inner = newRepository(path.join(work, 'inner'));
  inner('commit', '--quiet', '--allow-empty', '-m', 'one');
  file('b', 'b');
  const { workCommit } = await taken();
  expect(git('ls-tree', '-r', '--name-only', workCommit).split('\n')).toEqual(['a', 'b', 'inner']);
});

test('repositories inside of it run nothing, and go along as they are', async () => {
  const ran = path.join(root, 'ran');
  const inner = newRepository(path.join(work, 'inner'));
  file('inner/f', 'one');
  file('inner/.gitattributes', '* filter=trap\n');
  inner('add', '.');
  inner('commit', '--quiet', '-m', 'one');
  newRepository(path.join(work, 'gone'))('commit', '--quiet', '--allow-empty', '-m', 'one');
  commit('a');
  for (const setting of ['filter.trap.clean', 'core.fsmonitor'])
    inner('config', setting, `touch ${ran}; cat`);
  // Of another time: what is in it must be looked at, through the filter.
  utimesSync(path.join(work, 'inner/f'), 0, 0);
  expect(await taken()).toMatchObject({ workCommit: '' });
  expect(existsSync(ran)).toBe(false);
  inner(
    '-c',
    'filter.trap.clean=',
    '-c',
    'core.fsmonitor=',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'two',
  );
  rmSync(path.join(work, 'gone'), { recursive: true });
  rmSync(ran, { force: true });
  const { workCommit, dirtyFiles } = await taken();
  expect(git('ls-tree', workCommit, 'inner')).toContain(inner('rev-parse', 'HEAD'));
  expect([dirtyFiles, git('ls-tree', workCommit, 'gone')]).toEqual([2, '']);
  expect(existsSync(ran)).toBe(false);
});

test('a change in the moment after the index was written is seen', async () => {
  commit('a');
  // Of the same size and as old as the index: only what is in it tells.
  file('a', 'b\n');
  const { workCommit } = await taken();
  expect(filesOf(workCommit).a).toBe('b');
  expect(readdirSync(path.join(work, '.git')).filter((name) => name.includes('lock'))).toEqual([]);
});

test('of a clone with a link to its repository', async () => {
  commit('a');
  git('worktree', 'add', '--quiet', '../tree', '-b', 'tree');
  writeFileSync(path.join(root, 'tree/b'), 'b');
  const { branch, workCommit } = await repositories.snapshot(path.join(root, 'tree'), signal);
  expect(branch).toBe('tree');
  await using program = await repositories.upload(path.join(root, 'tree'), '', null);
  program.streams?.output.resume();
  program.streams?.input.end('0000');
  expect(await program.ended).toBe(null);
  expect(gitIn(path.join(root, 'tree'))('ls-tree', '-r', '--name-only', workCommit)).toBe('a\nb');
});
