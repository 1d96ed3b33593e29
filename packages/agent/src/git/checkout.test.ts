/** A push by the real git, and what a session then begins with. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Checkout } from '@berth/shared/domain/workspace-source';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  GIT_ENV,
  gitIn,
  indexCommit,
  newRepository,
  workCommit,
  workTree,
} from '../../../../test/support/git-home.ts';
import { type GitRelay, gitRelay, relayed } from '../../../../test/support/git-relay.ts';
import { layOutCheckout } from './checkout.ts';
import { GitObjectCaches } from './object-caches.ts';

const run = promisify(execFile);

let root: string;
let home: string;
let caches: GitObjectCaches;
let relay: GitRelay;
/** Of the next push. */
let upload: string;
const problems: unknown[] = [];

beforeEach(async () => {
  root = mkdtempSync('/tmp/bo-');
  home = path.join(root, 'home');
  mkdirSync(path.join(root, 'repositories'));
  caches = new GitObjectCaches({
    directory: path.join(root, 'repositories'),
    onProblem: (_repository, error) => problems.push(error),
  });
  upload = 'first';
  relay = await gitRelay(root, (caller) => {
    void caches.receive({ repository: 'r', upload }, null, (program) => relayed(caller, program));
  });
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
  await caches[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
  expect(problems.splice(0)).toEqual([]);
});

async function push(directory: string, ...refspecs: string[]): Promise<string> {
  const { stderr } = await run('git', ['push', relay.url, ...refspecs], { cwd: directory, env: GIT_ENV });
  return stderr;
}

/** Brings a repository as the client does, and lays it out. */
async function brought(directory: string, author = { authorName: '', authorEmail: '' }): Promise<string> {
  const git = gitIn(directory);
  const to = `refs/uploads/${upload}`;
  const head = gitOr(directory, 'rev-parse', '--verify', '--quiet', 'HEAD');
  const checkout: Checkout = {
    repository: 'r',
    upload,
    branch: gitOr(directory, 'symbolic-ref', '--short', '--quiet', 'HEAD'),
    commit: head,
    indexCommit: git('ls-files', '--unmerged') === '' ? indexCommit(directory) : '',
    workCommit: workCommit(directory),
    historyLeftOut: false,
    ...author,
  };
  const named = { commit: head, index: checkout.indexCommit, work: checkout.workCommit };
  const refspecs = Object.entries(named).flatMap(([name, id]) => (id ? [`${id}:${to}/${name}`] : []));
  await push(directory, ...refspecs, `refs/heads/*:${to}/heads/*`, `refs/tags/*:${to}/tags/*`);
  const workspace = path.join(root, `workspace-${upload}`);
  await layOutCheckout(caches, checkout, workspace);
  return workspace;
}

function gitOr(directory: string, ...args: string[]): string {
  try {
    return gitIn(directory)(...args);
  } catch {
    return '';
  }
}

const status = (directory: string) =>
  gitIn(directory)('status', '--porcelain', '-z', '--untracked-files=all');

/** The same to whoever works there. */
function expectSame(there: string): void {
  expect(workTree(there)).toEqual(workTree(home));
  expect(status(there)).toBe(status(home));
  for (const args of [
    ['diff', '--cached', '--binary'],
    ['diff', '--binary'],
    ['for-each-ref', 'refs/heads', 'refs/tags'],
    ['rev-list', '--parents', '--date-order', '--branches', '--tags'],
  ]) {
    const lines = (directory: string) =>
      gitIn(directory)(...args)
        .split('\n')
        .sort();
    expect([args, lines(there)]).toEqual([args, lines(home)]);
  }
  expect(gitOr(there, 'symbolic-ref', 'HEAD')).toBe(gitOr(home, 'symbolic-ref', 'HEAD'));
  expect(gitOr(there, 'rev-parse', '--verify', '-q', 'HEAD')).toBe(
    gitOr(home, 'rev-parse', '--verify', '-q', 'HEAD'),
  );
  expect(gitIn(there)('fsck', '--no-dangling')).toBe('');
}

const file = (name: string | Buffer, text: string | Buffer) =>
  writeFileSync(
    Buffer.isBuffer(name) ? Buffer.concat([Buffer.from(`${home}/`), name]) : path.join(home, name),
    text,
  );

/** One commit of some of everything, and changes of every kind on top. */
function everything(): void {
  const git = newRepository(home);
  mkdirSync(path.join(home, 'deep/er'), { recursive: true });
  for (const name of [
    'staged',
    'changed',
    'both',
    'gone',
    'removed',
    'renamed',
    'mode',
    'becomes-link',
    'deep/er/x',
  ])
    file(name, `${name}\n`);
  file('binary', Buffer.from([0, 1, 2, 255, 10, 13, 0]));
  symlinkSync('../outside', path.join(home, 'link'));
  for (const name of ['new\nline', '"quoted"', "it's", '-dash', ' blank ', 'tab\t', 'Ünïcode'])
    file(name, name);
  file(Buffer.from([0x62, 0xff, 0xfe]), 'not UTF-8');
  file('.gitignore', 'ignored\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('branch', 'feature/x');
  git('tag', 'light');
  git('tag', '-m', 'annotated', 'v1');
  for (const name of ['staged', 'both']) file(name, 'in the index\n');
  git('mv', 'renamed', 'moved');
  git('rm', '--quiet', 'removed');
  git('add', '.');
  for (const name of ['changed', 'both']) file(name, 'in the work tree\n');
  rmSync(path.join(home, 'gone'));
  chmodSync(path.join(home, 'mode'), 0o755);
  rmSync(path.join(home, 'becomes-link'));
  symlinkSync('mode', path.join(home, 'becomes-link'));
  file('untracked', 'new\n');
  file('new-and-staged', 'index\n');
  git('add', 'new-and-staged');
  file('new-and-staged', 'work\n');
}

test('staged stays staged, untracked untracked, deleted deleted, and all of it is the same', async () => {
  everything();
  file('ignored', 'stays at home');
  const before = status(home);
  const there = await brought(home);
  rmSync(path.join(home, 'ignored'));
  expect(before).toBe(status(home));
  expectSame(there);
  expect(gitIn(there)('remote')).toBe('');
  expect(gitIn(there)('rev-parse', 'refs/berth/base')).toBe(gitIn(home)('rev-parse', 'HEAD'));
  expect(statSync(there).mode & 0o777).toBe(0o700);
});

test('commits there are whose they would be here; else nothing is said of it', async () => {
  newRepository(home)('commit', '--quiet', '--allow-empty', '-m', 'one');
  const settings = () => {
    const config = path.join(root, `workspace-${upload}/.git/config`);
    return ['user.name', 'user.email'].map((name) => gitOr(root, 'config', '--file', config, name));
  };
  await brought(home);
  expect(settings()).toEqual(['', '']);
  upload = 'named';
  await brought(home, { authorName: '-Åsa "x"; #y\\', authorEmail: 'asa@example.com' });
  const name = Buffer.from('-Åsa "x"; #y\\').toString('latin1');
  expect(settings()).toEqual([name, 'asa@example.com']);
});

test('a second push is thin, and its session stands without the cache', async () => {
  const git = newRepository(home);
  file('large', randomBytes(300_000));
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  await brought(home);
  file('small', 'one line\n');
  upload = 'second';
  const there = await brought(home);
  const packs = path.join(root, 'repositories/r.git/objects/pack');
  const sizes = readdirSync(packs)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => statSync(path.join(packs, name)).size);
  expect(sizes.toSorted((a, b) => a - b)[0]).toBeLessThan(5000);
  rmSync(path.join(root, 'repositories'), { recursive: true });
  expectSame(there);
});

test('a detached head, a repository without a commit, and one that is empty', async () => {
  const git = newRepository(home);
  upload = 'empty';
  const unborn = {
    repository: 'r',
    upload,
    branch: 'trunk',
    commit: '',
    indexCommit: '',
    workCommit: '',
    historyLeftOut: false,
    authorName: '',
    authorEmail: '',
  };
  const nothing = path.join(root, 'nothing');
  await layOutCheckout(caches, unborn, nothing);
  expect(gitIn(nothing)('symbolic-ref', 'HEAD')).toBe('refs/heads/trunk');
  file('staged', 'a');
  git('add', '.');
  file('untracked', 'b');
  upload = 'unborn';
  expectSame(await brought(home));
  git('commit', '--quiet', '-m', 'one');
  git('checkout', '--quiet', '--detach');
  upload = 'detached';
  expectSame(await brought(home));
});

test('a shallow clone arrives as one', async () => {
  const far = path.join(root, 'far');
  const git = newRepository(far);
  for (const message of ['one', 'two', 'three']) git('commit', '--quiet', '--allow-empty', '-m', message);
  git('checkout', '--quiet', '-b', 'other', 'HEAD~2');
  for (const message of ['two', 'three']) git('commit', '--quiet', '--allow-empty', '-m', `other ${message}`);
  gitIn(root)('clone', '--quiet', '--depth=2', '--no-single-branch', `file://${far}`, home);
  gitIn(home)('branch', 'main', 'origin/main');
  file('a', 'a');
  const there = await brought(home);
  expectSame(there);
  expect(gitIn(there)('rev-list', '--count', 'HEAD')).toBe('2');
});

test('10,000 files', { timeout: 180_000 }, async () => {
  const git = newRepository(home);
  for (let folder = 0; folder < 100; folder += 1) {
    mkdirSync(path.join(home, `d${folder}`));
    for (let place = 0; place < 100; place += 1) file(`d${folder}/f${place}`, `${folder} ${place}\n`);
  }
  git('add', '.');
  git('commit', '--quiet', '-m', 'many');
  const there = await brought(home);
  expect(status(there)).toBe('');
  expect(gitIn(there)('ls-files').split('\n')).toHaveLength(10_000);
});

test('what attributes name is not run, and pointers stay pointers', async () => {
  const git = newRepository(home);
  const ran = path.join(root, 'ran');
  file('.gitattributes', '* filter=lfs\n');
  file('large', 'version https://git-lfs.github.com/spec/v1\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  const trap = path.join(root, 'trap');
  writeFileSync(trap, `#!/bin/sh\ntouch ${ran}\ncat\n`, { mode: 0o755 });
  // Of the user whose agent it is.
  const config = path.join(root, '.gitconfig');
  writeFileSync(config, `[filter "lfs"]\n\tsmudge = ${trap}\n\tclean = ${trap}\n\trequired = true\n`);
  process.env.GIT_CONFIG_GLOBAL = config;
  try {
    expectSame(await brought(home));
  } finally {
    delete process.env.GIT_CONFIG_GLOBAL;
  }
  expect(existsSync(ran)).toBe(false);
});

test.each([
  ['a branch of the cache', 'HEAD:refs/heads/main'],
  ["another upload's ref", 'HEAD:refs/uploads/other/heads/main'],
  ['the same by a longer way', 'HEAD:refs/namespaces/other/refs/uploads/other/heads/main'],
  ['what begins like its own', 'HEAD:refs/uploads/first2/heads/main'],
  ['a note', 'HEAD:refs/notes/x'],
  ['the removal of what is not its own', ':refs/uploads/other/heads/main'],
])('a push cannot write %s', async (_what, refspec) => {
  const git = newRepository(home);
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  upload = 'other';
  await push(home, 'HEAD:refs/uploads/other/heads/main');
  const refs = () => gitIn(path.join(root, 'repositories/r.git'))('for-each-ref');
  const before = refs();
  upload = 'first';
  await expect(push(home, refspec)).rejects.toThrow(/hidden ref|rejected|does not exist/);
  expect(refs()).toBe(before);
});

test('hooks and configuration that somebody left in the cache are not run', async () => {
  const git = newRepository(home);
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  await push(home, 'HEAD:refs/uploads/first/heads/main');
  const cache = path.join(root, 'repositories/r.git');
  const ran = path.join(root, 'ran');
  mkdirSync(path.join(cache, 'hooks'), { recursive: true });
  for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction'])
    writeFileSync(path.join(cache, 'hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  await push(home, 'HEAD:refs/uploads/first/heads/next');
  expect(existsSync(ran)).toBe(false);
});

test('an upload or a commit that nobody brought', async () => {
  const git = newRepository(home);
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  const commit = git('rev-parse', 'HEAD');
  await push(home, 'HEAD:refs/uploads/first/commit');
  const from = {
    repository: 'r',
    upload: 'first',
    branch: 'main',
    commit,
    indexCommit: '',
    workCommit: '',
    historyLeftOut: false,
    authorName: '',
    authorEmail: '',
  };
  const wrong = [
    { upload: 'second' },
    { repository: 'unknown' },
    { commit: 'f'.repeat(40) },
    { workCommit: 'f'.repeat(40) },
    { branch: 'no..name' },
  ];
  for (const [place, change] of wrong.entries()) {
    const into = path.join(root, `w${place}`);
    await expect(layOutCheckout(caches, { ...from, ...change }, into)).rejects.toMatchObject({
      reason: 'SOURCE_INVALID',
    });
  }
});
