import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit } from './state.ts';

let root: string;
let workspace: string;
beforeEach(() => {
  root = mkdtempSync('/tmp/bg-');
  workspace = path.join(root, 'workspace');
  mkdirSync(workspace);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: workspace,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();

function repository(): void {
  git('init', '--initial-branch', 'main');
  writeFileSync(path.join(workspace, 'a'), 'one');
  git('add', '.');
  git('commit', '-m', 'one');
}

test('a directory that is no repository has none, whatever lies around it', async () => {
  execFileSync('git', ['init'], { cwd: root, stdio: 'pipe' });
  expect(await createGit().state(workspace)).toBeNull();
  expect(await createGit().state(path.join(root, 'gone'))).toBeNull();
});

test('a head without a branch, a branch whose upstream is gone', async () => {
  repository();
  git('checkout', '-b', 'work');
  git('branch', 'base');
  git('branch', '--set-upstream-to', 'base');
  git('branch', '-D', 'base');
  const state = { branch: 'work', commit: git('rev-parse', 'HEAD'), dirtyFiles: 0 };
  expect(await createGit().state(workspace)).toEqual({
    ...state,
    upstream: 'base',
    ahead: null,
    behind: null,
  });
  git('checkout', '--detach');
  expect(await createGit().state(workspace)).toMatchObject({ branch: '', upstream: '' });
});

test('names with every character are counted once', async () => {
  repository();
  git('mv', 'a', 'b');
  for (const name of ['new\nline', '? b', '"', ' ']) writeFileSync(path.join(workspace, name), '');
  expect(await createGit().state(workspace)).toMatchObject({ dirtyFiles: 6 });
});

test('what cannot be switched off is not asked', async () => {
  repository();
  const [ran, trap] = [path.join(root, 'ran'), path.join(root, 'trap')];
  writeFileSync(trap, `#!/bin/sh\ntouch ${ran}\ncat\n`);
  chmodSync(trap, 0o755);
  writeFileSync(path.join(workspace, '.gitattributes'), '* filter=a=b\n');
  git('config', 'filter.a=b.clean', trap);
  writeFileSync(path.join(workspace, 'a'), 'two');
  expect(await createGit().state(workspace)).toBeNull();
  expect(existsSync(ran)).toBe(false);
});

test('a git that hangs is ended', async () => {
  repository();
  const hangs = path.join(root, 'git');
  writeFileSync(hangs, '#!/bin/sh\nexec sleep 1000\n');
  chmodSync(hangs, 0o755);
  expect(await createGit(hangs).state(workspace)).toBeNull();
});
