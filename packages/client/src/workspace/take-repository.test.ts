/** A repository on its way to a host: real git at both ends, a directory in the place of the host. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GIT_ENV, gitIn, newRepository, type TestGit } from '../../../../test/support/git-home.ts';
import { programStream } from '../../../../test/support/git-host.ts';
import type { HostClient } from '../rpc/host-client.ts';
import type { Parcel } from './parcel.ts';
import type { Finding } from './secret-scan.ts';
import { type TakeOptions, takeRepository } from './take-repository.ts';

let dir: string;
let repo: string;
let cache: string;
let git: TestGit;
let host: TestGit;
const parcels: Parcel[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'take-'));
  repo = join(dir, 'repo');
  cache = join(dir, 'cache.git');
  git = newRepository(repo);
  gitIn(dir)('init', '-q', '--bare', cache);
  host = gitIn(cache);
  host('config', 'receive.shallowUpdate', 'true');
});
afterEach(async () => {
  for (const parcel of parcels.splice(0)) await parcel[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const put = (name: string, text: string | Buffer) => {
  mkdirSync(join(repo, name, '..'), { recursive: true });
  writeFileSync(join(repo, name), text);
};
const commit = (message: string) => {
  git('add', '-A');
  git('commit', '-q', '-m', message);
};

const client = (program: [string, ...string[]] = ['git', 'receive-pack', cache]) =>
  ({
    name: 'there',
    push: (_open, signal) => programStream(program, { signal }),
  }) as Partial<HostClient> as HostClient;

const bringing = { signal: new AbortController().signal, progress: () => {} };

async function taken(over: Partial<TakeOptions> = {}) {
  const notes: string[] = [];
  const findings: Finding[] = [];
  const parcel = await takeRepository({
    directory: repo,
    env: GIT_ENV,
    spare: null,
    cacheDir: join(dir, 'client-cache'),
    branch: undefined,
    clean: false,
    note: (text) => notes.push(text),
    secrets: async (found) => void findings.push(...found),
    ...over,
  });
  if (!parcel) throw new Error('no parcel');
  parcels.push(parcel);
  return { parcel, notes, findings };
}

async function take(over: Partial<TakeOptions> = {}) {
  const { parcel, ...told } = await taken(over);
  await using held = parcel;
  const source = await held.bring(client(), bringing);
  if (source.kind !== 'checkout') throw new Error(`a source of kind ${source.kind}`);
  return { ...told, source, summary: held.summary };
}

/** Every file below with a hash of its content. */
function fingerprint(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const file = join(directory, name);
    const { mode, mtimeMs } = lstatSync(file);
    const isFile = (mode & 0o170000) === 0o100000;
    const hash = createHash('sha256')
      .update(isFile ? readFileSync(file) : '')
      .digest('hex');
    // Git marks an object that it would have written again as still wanted.
    return `${name} ${mode} ${name.startsWith('.git/objects/') ? '' : mtimeMs} ${hash}`;
  });
}

const files = (id: string) => host('ls-tree', '-r', '--name-only', id).split('\n').sort();
const content = (id: string, name: string) => host('show', `${id}:${name}`);

test('commits, what is staged and what is not arrive as they are, and nothing here is changed', async () => {
  put('a.txt', 'one\n');
  put('gone.txt', 'x\n');
  put('.gitignore', 'ignored\n');
  commit('first');
  git('branch', 'other');
  git('tag', 'v1');
  git('tag', '-a', '-m', 'annotated', 'v2');
  put('a.txt', 'staged\n');
  git('add', 'a.txt');
  put('a.txt', 'later\n');
  put('new é\n.txt', 'new\n');
  put('ignored', 'stays\n');
  rmSync(join(repo, 'gone.txt'));
  const before = fingerprint(repo);
  const { source, summary } = await take();
  expect(fingerprint(repo)).toEqual(before);
  expect(source).toMatchObject({
    branch: 'main',
    commit: git('rev-parse', 'HEAD'),
    historyLeftOut: false,
  });
  expect(content(source.indexCommit, 'a.txt')).toBe('staged');
  expect(files(source.indexCommit)).toContain('gone.txt');
  expect(content(source.workCommit, 'a.txt')).toBe('later');
  expect(host('ls-tree', '-r', '-z', '--name-only', source.workCommit).split('\0').sort()).toEqual(
    ['', '.gitignore', 'a.txt', Buffer.from('new é\n.txt').toString('latin1')].sort(),
  );
  const references = host('for-each-ref', '--format=%(refname)').split('\n');
  const at = `refs/uploads/${source.upload}`;
  expect(references.sort()).toEqual(
    ['commit', 'heads/main', 'heads/other', 'index', 'tags/v1', 'tags/v2', 'work'].map((n) => `${at}/${n}`),
  );
  expect(summary).toMatch(/^repo, main at \w{7} and 3 files not committed$/);
});

test('who makes commits here is told, in the words of git; nobody is made up', async () => {
  put('a.txt', 'one\n');
  commit('first');
  const { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, ...env } = GIT_ENV;
  const author = async () => {
    const { source } = await take({ env: { ...env, HOME: dir } });
    return [source.authorName, source.authorEmail];
  };
  expect(await author()).toEqual(['', '']);
  git('config', 'user.email', 'ada@example.com');
  git('config', 'user.name', 'Ada Løvelace <x>');
  expect(await author()).toEqual(['Ada Løvelace x', 'ada@example.com']);
  git('config', 'author.name', 'Ada');
  expect(await author()).toEqual(['Ada', 'ada@example.com']);
  const { source } = await take({ env: { ...env, GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL } });
  expect([source.authorName, source.authorEmail]).toEqual([GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL]);
});

test('a second push sends what is new alone', async () => {
  put('big', Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251)));
  commit('first');
  await take();
  const packed = () => host('count-objects', '-v');
  const before =
    Number(/^size: (\d+)/m.exec(packed())?.[1]) + Number(/^size-pack: (\d+)/m.exec(packed())?.[1]);
  put('small', 'x');
  await take();
  const after =
    Number(/^size: (\d+)/m.exec(packed())?.[1]) + Number(/^size-pack: (\d+)/m.exec(packed())?.[1]);
  expect(after - before).toBeLessThan(40);
});

test('another branch goes with its commits alone, and so does the current one where that is asked', async () => {
  put('a.txt', 'one\n');
  commit('first');
  git('branch', 'other');
  put('a.txt', 'two\n');
  expect((await take({ branch: 'other' })).source).toMatchObject({
    branch: 'other',
    workCommit: '',
    indexCommit: '',
  });
  expect((await take({ branch: 'main', clean: true })).source).toMatchObject({
    branch: 'main',
    workCommit: '',
  });
  expect((await take({ branch: 'main' })).source.workCommit).not.toBe('');
  await expect(take({ branch: 'nowhere' })).rejects.toMatchObject({ reason: 'SOURCE_INVALID' });
});

test('no commit yet, nothing at all, a detached head', async () => {
  const { parcel, notes } = await taken();
  expect(await parcel.bring(client(), bringing)).toEqual({ kind: 'empty' });
  expect(notes.join()).toMatch(/nothing in the repository yet/);
  put('a.txt', 'one\n');
  git('add', '.');
  put('b.txt', 'two\n');
  const { source } = await take();
  expect(source).toMatchObject({ branch: 'main', commit: '' });
  expect([files(source.indexCommit), files(source.workCommit)]).toEqual([['a.txt'], ['a.txt', 'b.txt']]);
  commit('first');
  git('checkout', '-q', '--detach');
  expect((await take()).source).toMatchObject({ branch: '', commit: git('rev-parse', 'HEAD') });
});

test('a subdirectory, a linked work tree, a shallow clone and a sparse checkout', async () => {
  put('in/a.txt', 'one\n');
  put('out/b.txt', 'one\n');
  commit('first');
  put('in/a.txt', 'two\n');
  commit('second');
  put('in/a.txt', 'three\n');
  const below = await take({ directory: join(repo, 'in') });
  expect(below.notes.join()).toMatch(/begins at its top, not in in/);
  expect(content(below.source.workCommit, 'in/a.txt')).toBe('three');
  git('worktree', 'add', '-q', '-b', 'linked', join(dir, 'linked'));
  writeFileSync(join(dir, 'linked', 'c.txt'), 'c\n');
  const linked = await take({ directory: join(dir, 'linked') });
  expect(linked.source).toMatchObject({ branch: 'linked', repository: below.source.repository });
  expect(files(linked.source.workCommit)).toEqual(['c.txt', 'in/a.txt', 'out/b.txt']);
  gitIn(dir)('clone', '-q', '--depth=1', `file://${repo}`, join(dir, 'shallow'));
  const shallow = await take({ directory: join(dir, 'shallow') });
  expect(shallow.source.commit).toBe(git('rev-parse', 'main'));
  git('sparse-checkout', 'set', 'in');
  put('out/new.txt', 'x\n');
  expect(files((await take()).source.workCommit)).toEqual(['in/a.txt', 'out/b.txt', 'out/new.txt']);
});

test('a repository without a work tree, and a directory without a repository', async () => {
  await expect(take({ directory: cache })).rejects.toMatchObject({ reason: 'SOURCE_INVALID' });
  await expect(take({ directory: join(repo, '.git') })).rejects.toMatchObject({ reason: 'SOURCE_INVALID' });
  await expect(take({ directory: dir })).rejects.toThrow('no parcel');
  const { parcel, notes } = await taken({ spare: repo });
  expect(await parcel.bring(client(), bringing)).toEqual({ kind: 'empty' });
  expect(notes.join()).toMatch(/home directory/);
});

test('what cannot go is said: submodules, pointers of Git LFS, repositories inside, files in conflict', async () => {
  put('.gitattributes', '*.bin filter=lfs\n');
  put('big.bin', 'version https://git-lfs.github.com/spec/v1\n');
  put('a.txt', 'one\n');
  commit('first');
  const inner = newRepository(join(repo, 'inner'));
  inner('commit', '-q', '--allow-empty', '-m', 'x');
  git('update-index', '--add', '--cacheinfo', `160000,${inner('rev-parse', 'HEAD')},module`);
  mkdirSync(join(repo, 'module'));
  git('commit', '-q', '-m', 'a module');
  git('checkout', '-q', '-b', 'other');
  put('a.txt', 'theirs\n');
  git('commit', '-q', '-am', 'theirs');
  git('checkout', '-q', 'main');
  put('a.txt', 'ours\n');
  git('commit', '-q', '-am', 'ours');
  put('staged.txt', 'staged\n');
  expect(() => git('merge', '-q', 'other')).toThrow();
  git('add', 'staged.txt');
  const { source, notes } = await take();
  const said = notes.join('\n');
  for (const part of [
    /submodules .*\(module\)/,
    /Git LFS .*big\.bin/,
    /inside this one .*inner/,
    /conflict .*a\.txt/,
  ])
    expect(said).toMatch(part);
  expect(content(source.indexCommit, 'a.txt')).toBe('ours');
  expect(content(source.indexCommit, 'staged.txt')).toBe('staged');
  expect(content(source.workCommit, 'a.txt')).toMatch(/<<<<<<<[\s\S]*theirs/);
});

test('secrets are found wherever they would go, and each only once', async () => {
  const key = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
  put('.env', '# none yet\nAPI_KEY=abc\n');
  put('src/a.ts', `// a\nconst token = '${key}';\n`);
  put('.env.example', 'API_KEY=\n');
  commit('first');
  git('checkout', '-q', '-b', 'other');
  put('other.txt', `${key}\n`);
  commit('other');
  git('checkout', '-q', 'main');
  rmSync(join(repo, '.env'));
  put('untracked.txt', `x\n\n${key}\n`);
  put('.gitignore', 'ignored.txt\n');
  put('ignored.txt', key);
  const told = async () =>
    (await taken()).findings.map(({ path, line, rule, masked, where }) => [path, line, rule, masked, where]);
  const all = [
    ['.env', 2, '.env file', 'API_KEY=…', ''],
    ['other.txt', 1, 'GitHub token', 'ghp_…', 'other'],
    ['src/a.ts', 2, 'GitHub token', 'ghp_…', ''],
    ['untracked.txt', 3, 'GitHub token', 'ghp_…', ''],
  ];
  expect(await told()).toEqual(all);
  // What was found once is not taken for clean the next time.
  expect(await told()).toEqual(all);
});

test('what was found clean is not looked at again, and what is new is', async () => {
  put('a.txt', 'clean\n');
  commit('first');
  expect((await taken()).findings).toEqual([]);
  put('b.txt', `ghp_${'a1B2c3D4e5F6'.repeat(3)}\n`);
  commit('second');
  expect((await taken()).findings).toMatchObject([{ path: 'b.txt' }]);
});

test('.berthignore holds for what only the history has', async () => {
  put('secret.env', 'x');
  commit('one');
  rmSync(join(repo, 'secret.env'));
  put('.berthignore', 'secret.env\n');
  commit('two');
  const { source } = await take();
  expect(source.historyLeftOut).toBe(true);
});

test('what the settings say about signatures stands before no name', async () => {
  git('config', 'log.showSignature', 'true');
  const gpg = join(dir, 'gpg');
  writeFileSync(gpg, '#!/bin/sh\necho gpg: who is that >&2\n', { mode: 0o755 });
  git('config', 'gpg.program', gpg);
  put('secret.env', 'x');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  const signed = git('cat-file', 'commit', 'HEAD').replace(
    '\n\n',
    '\ngpgsig -----BEGIN PGP SIGNATURE-----\n\n',
  );
  put('signed', signed);
  git('reset', '-q', '--hard', git('hash-object', '-t', 'commit', '-w', 'signed'));
  rmSync(join(repo, 'signed'));
  put('.berthignore', 'secret.env\n');
  const { source } = await take();
  expect(source.historyLeftOut).toBe(true);
});

test('.berthignore keeps untracked files here, by the rules of .gitignore', async () => {
  put('a.txt', 'one\n');
  put('.berthignore', '*.log\n/secret/\n!keep.log\n');
  put('in/.berthignore', 'local\n');
  commit('first');
  for (const name of ['x.log', 'keep.log', 'secret/key', 'in/local', 'local', 'in/x.log']) put(name, 'x\n');
  const { source } = await take();
  expect(source.historyLeftOut).toBe(false);
  expect(files(source.workCommit)).toEqual(['.berthignore', 'a.txt', 'in/.berthignore', 'keep.log', 'local']);
});

test('a host that fails says why, one that breaks off is unreachable, and the next try may do', async () => {
  put('a.txt', 'one\n');
  commit('first');
  const { parcel } = await taken();
  await using held = parcel;
  await expect(held.bring(client(['false']), bringing)).rejects.toMatchObject({ reason: 'GIT_FAILED' });
  writeFileSync(join(cache, 'hooks/pre-receive'), '#!/bin/sh\necho full; exit 1\n', { mode: 0o755 });
  await expect(held.bring(client(), bringing)).rejects.toMatchObject({
    reason: 'GIT_FAILED',
    message: 'git push failed: pre-receive hook declined',
  });
  rmSync(join(cache, 'hooks/pre-receive'));
  const broken = { name: 'there', push: async () => breaking } as Partial<HostClient> as HostClient;
  await expect(held.bring(broken, bringing)).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
  const stop = AbortSignal.abort(new BerthError('INTERRUPTED', 'stopped'));
  await expect(held.bring(client(), { ...bringing, signal: stop })).rejects.toMatchObject({
    reason: 'INTERRUPTED',
  });
  const [one, two] = await Promise.all([held.bring(client(), bringing), held.bring(client(), bringing)]);
  expect(one).toBe(two);
});

const breaking: Awaited<ReturnType<HostClient['push']>> = {
  connection: null,
  data: {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new BerthError('HOST_UNREACHABLE', 'the link broke')),
    }),
  },
  write: async () => {},
  end: () => {},
};
