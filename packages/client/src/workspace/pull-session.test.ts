/** A session's work on its way back: real git, a clone in the place of the session. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GIT_ENV, gitIn, newRepository, type TestGit } from '../../../../test/support/git-home.ts';
import { programStream, stateOfClone } from '../../../../test/support/git-host.ts';
import { EMPTY_TREE } from '../git/blobs.ts';
import { updateReferences } from '../git/local-branches.ts';
import { openRepository } from '../git/repository.ts';
import type { Git } from '../git/run.ts';
import { diffText } from '../git/show-diff.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { diffOf } from './diff-session.ts';
import { type PullOptions, pullSession } from './pull-session.ts';
import { takeRepository } from './take-repository.ts';

let dir: string;
let repo: string;
let clone: string;
let local: TestGit;
let remote: TestGit;
let source: WorkspaceSource;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pull-'));
  repo = join(dir, 'repo');
  clone = join(dir, 'session');
  local = newRepository(repo);
  writeFileSync(join(repo, 'a.txt'), 'one\n');
  local('add', '.');
  local('commit', '-q', '-m', 'first');
  gitIn(dir)('clone', '-q', repo, clone);
  remote = gitIn(clone);
  remote('remote', 'remove', 'origin');
  source = { ...EMPTY_CHECKOUT, commit: local('rev-parse', 'HEAD') };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const EMPTY_CHECKOUT = {
  kind: 'checkout',
  repository: 'r',
  upload: 'u',
  branch: 'main',
  commit: '',
  indexCommit: '',
  workCommit: '',
  historyLeftOut: false,
  authorName: '',
  authorEmail: '',
} as const;

const client = () =>
  ({
    name: 'there',
    snapshotWorkspace: async () => stateOfClone(clone),
    pull: (_open, signal) =>
      programStream(['git', 'upload-pack', clone], { signal, env: { GIT_PROTOCOL: 'version=2' } }),
    push: (_open, signal) => programStream(['git', 'receive-pack', clone], { signal }),
  }) as Partial<HostClient> as HostClient;

const wanted = () => ({
  client: client(),
  session: { id: 'sess-1', name: 'fix', source } as PullOptions['session'],
  signal: new AbortController().signal,
  progress: () => {},
});

async function pull(over: Partial<PullOptions> = {}) {
  const repository = await openRepository(repo, GIT_ENV);
  if (!repository) throw new Error('no repository');
  return await pullSession(repository, { ...wanted(), branch: undefined, force: false, ...over });
}

const work = (file: string, text: string) => writeFileSync(join(clone, file), text);
const done = (message: string) => remote('commit', '-q', '-a', '-m', message);
const outcome = async (over: Partial<PullOptions> = {}) => (await pull(over)).branches[0]?.verdict;
const refused = async (over: Partial<PullOptions> = {}) => {
  const references = local('for-each-ref');
  const error = await pull(over).then(
    () => ({ reason: 'none', message: '' }),
    (thrown: { reason: string; message: string }) => thrown,
  );
  expect(local('for-each-ref')).toBe(references);
  return error;
};

test('commits, a commit of what is not committed, and new branches come as branches of their own', async () => {
  work('a.txt', 'two\n');
  done('second');
  remote('branch', 'same');
  remote('checkout', '-q', '-b', 'aside', 'HEAD^');
  work('aside.txt', 'x');
  remote('add', '.');
  done('aside');
  remote('checkout', '-q', 'main');
  work('new.txt', 'new\n');
  const head = local('rev-parse', 'HEAD');
  const pulled = await pull();
  expect(pulled.uncommitted).toBe(true);
  expect(pulled.branches.map(({ branch, commits, files }) => [branch, commits, files])).toEqual([
    ['berth/fix', 2, 2],
    ['berth/fix--aside', 1, 1],
    ['berth/fix--same', 1, 1],
  ]);
  expect(local('show', 'berth/fix:new.txt')).toBe('new');
  expect(local('rev-parse', 'berth/fix^')).toBe(remote('rev-parse', 'main'));
  expect(local('rev-parse', 'HEAD')).toBe(head);
  expect(local('status', '--porcelain')).toBe('');
});

test('again: nothing new, then on, then in the place of a commit that was only for the moment', async () => {
  work('a.txt', 'two\n');
  expect(await outcome()).toBe('created');
  done('second');
  expect(await outcome()).toBe('replaced');
  expect(await outcome()).toBe('unchanged');
  work('a.txt', 'three\n');
  done('third');
  expect(await outcome()).toBe('forwarded');
  expect(local('rev-parse', 'berth/fix')).toBe(remote('rev-parse', 'main'));
});

test('where both sides have gone on nothing is changed, both are counted, and --force or --branch goes on', async () => {
  work('a.txt', 'two\n');
  done('second');
  await pull();
  const mine = local('commit-tree', '-m', 'mine', '-p', 'berth/fix', 'berth/fix^{tree}');
  local('update-ref', 'refs/heads/berth/fix', mine);
  expect(await outcome()).toBe('ahead');
  work('a.txt', 'three\n');
  done('third');
  expect(await refused()).toMatchObject({
    reason: 'BRANCH_DIVERGED',
    message: expect.stringMatching(/1 of its commits are here alone, 1 are in the session alone/),
  });
  expect(await outcome({ branch: 'other' })).toBe('created');
  expect(await outcome({ force: true })).toBe('replaced');
  expect(local('rev-parse', 'berth/fix')).toBe(remote('rev-parse', 'main'));
});

test('a branch that is checked out, one in the way, and a repository of something else are refused', async () => {
  work('a.txt', 'two\n');
  done('second');
  await pull();
  local('worktree', 'add', '-q', join(dir, 'linked'), 'berth/fix');
  expect(await outcome()).toBe('unchanged');
  work('a.txt', 'three\n');
  done('third');
  expect(await refused()).toMatchObject({
    reason: 'BRANCH_IN_USE',
    message: expect.stringContaining('linked'),
  });
  expect(await refused({ branch: 'main' })).toMatchObject({ reason: 'BRANCH_IN_USE' });
  expect(await refused({ branch: 'main/x' })).toMatchObject({ reason: 'NAME_TAKEN' });
  expect(await refused({ branch: 'a..b' })).toMatchObject({ reason: 'ARGUMENT_INVALID' });
  rmSync(repo, { recursive: true });
  local = newRepository(repo);
  local('commit', '-q', '--allow-empty', '-m', 'something else');
  expect(await refused()).toMatchObject({ reason: 'SOURCE_INVALID' });
  expect(await outcome({ branch: 'theirs' })).toBe('created');
});

test('a session without a commit and without files has nothing to pull', async () => {
  rmSync(clone, { recursive: true });
  remote = newRepository(clone);
  expect(await pull()).toMatchObject({ branches: [] });
});

test('what went without its history comes back on top of it, with what had stayed here', async () => {
  writeFileSync(join(repo, '.env'), 'KEY=1\n');
  writeFileSync(join(repo, '.berthignore'), '.env\n');
  local('add', '-A');
  local('commit', '-q', '-m', 'with a secret');
  rmSync(clone, { recursive: true });
  gitIn(dir)('init', '-q', '-b', 'main', clone);
  remote = gitIn(clone);
  const notes: string[] = [];
  const parcel = await takeRepository({
    directory: repo,
    env: GIT_ENV,
    spare: null,
    cacheDir: join(dir, 'cache'),
    branch: undefined,
    clean: false,
    note: (text) => notes.push(text),
    secrets: async (findings) => expect(findings).toEqual([]),
  });
  if (!parcel) throw new Error('no parcel');
  {
    await using held = parcel;
    source = await held.bring(client(), { signal: new AbortController().signal, progress: () => {} });
  }
  expect(notes.join()).toMatch(/without its history/);
  if (source.kind !== 'checkout') throw new Error('no checkout');
  expect(source.historyLeftOut).toBe(true);
  // Nothing of it arrived, under any name.
  const objects = remote('cat-file', '--batch-all-objects', '--batch-check').split('\n');
  expect(objects.map((line) => line.slice(0, 40))).not.toContain(local('rev-parse', 'HEAD:.env'));
  remote('reset', '-q', '--hard', source.commit);
  expect(remote('ls-files')).toBe('.berthignore\na.txt');

  work('a.txt', 'two\n');
  remote(
    'commit',
    '-q',
    '-a',
    '-m',
    'by the session\n\nwith more',
    '--author=Bot <bot@x>',
    '--date=2001-02-03T04:05:06Z',
  );
  const told = remote('log', '-1', '--format=%an %ae %aI %cI %B');
  work('b.txt', 'new\n');
  expect((await pull()).branches).toMatchObject([{ branch: 'berth/fix', commits: 2, files: 2 }]);
  expect(local('rev-parse', 'berth/fix~2')).toBe(local('rev-parse', 'main'));
  expect(local('log', '-1', '--format=%an %ae %aI %cI %B', 'berth/fix^')).toBe(told);
  expect(local('show', 'berth/fix:.env')).toBe('KEY=1');
  expect(local('diff', '--name-only', 'main', 'berth/fix')).toBe('a.txt\nb.txt');
  expect(await outcome()).toBe('unchanged');
});

test('a diff is against where the session began, in the repository and far from it', async () => {
  work('a.txt', 'two\n');
  done('second');
  work('new.txt', 'new\n');
  const objects = local('count-objects', '-v');
  for (const here of [await openRepository(repo, GIT_ENV), null]) {
    using found = await diffOf(here, { ...wanted(), env: GIT_ENV });
    expect(await found.git.text(['diff', '--name-status', found.base, found.tip])).toBe(
      'M\ta.txt\nA\tnew.txt',
    );
  }
  expect(local('count-objects', '-v')).toBe(objects);
  expect(local('for-each-ref')).toMatch(/^\S+ commit\trefs\/heads\/main$/);
});

test('what a host names that is no commit reaches no git', async () => {
  for (const over of [
    { commit: '--upload-pack=touch x' },
    { workCommit: '-x' },
    { branches: [{ name: 'b', commit: 'HEAD' }] },
  ]) {
    const forged = { ...client(), snapshotWorkspace: async () => ({ ...stateOfClone(clone), ...over }) };
    await expect(pull({ client: forged as HostClient })).rejects.toMatchObject({
      message: 'the agent on there answered with what are no commits',
    });
  }
});

test('nor does what it says that the session began with', async () => {
  work('a.txt', 'two\n');
  done('second');
  const commit = local('rev-parse', 'HEAD');
  remote('branch', 'evil');
  const here = await openRepository(repo, GIT_ENV);
  for (const [over, repository] of [
    [{ workCommit: '+refs/heads/evil:refs/heads/planted' }, here],
    [{ commit: `--output=${join(dir, 'written')}\n${EMPTY_TREE}` }, null],
    [{ indexCommit: '-x' }, null],
  ] as const) {
    const session = { ...wanted().session, source: { ...EMPTY_CHECKOUT, commit, ...over } };
    const shown = async () => {
      using found = await diffOf(repository, { ...wanted(), session, env: GIT_ENV });
      await diffText(found.git, { base: found.base, tip: found.tip, mostBytes: 1000 });
    };
    await expect(shown()).rejects.toMatchObject({
      message: 'the agent on there answered with what are no commits',
    });
  }
  expect(readdirSync(dir)).toEqual(['repo', 'session']);
  expect(local('for-each-ref')).toMatch(/^\S+ commit\trefs\/heads\/main$/);
});

test('a branch that changed since it was looked at is left as it is', async () => {
  const repository = await openRepository(repo, GIT_ENV);
  const reference = 'refs/heads/main';
  const to = local('commit-tree', '-m', 'other', `${source.kind === 'checkout' && source.commit}^{tree}`);
  const before = local('rev-parse', reference);
  for (const from of ['', to]) {
    const update = updateReferences(repository?.git as Git, [{ reference, to, from }], 'test');
    await expect(update).rejects.toMatchObject({ reason: 'GIT_FAILED' });
  }
  expect(local('rev-parse', reference)).toBe(before);
});
