/** A repository on its way to a host: real git at both ends, a directory in the place of the host. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostClient } from '../rpc/host-client.ts';
import type { Finding } from './secret-scan.ts';
import { takeRepository } from './take-repository.ts';

let dir: string;
let repo: string;
let cache: string;
const env = () => ({
  PATH: process.env.PATH,
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@x',
  GIT_COMMITTER_NAME: 'C',
  GIT_COMMITTER_EMAIL: 'c@x',
});
const git = (at: string, ...args: string[]) =>
  execFileSync('git', args, {
    cwd: at,
    env: env(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'take-'));
  repo = join(dir, 'repo');
  cache = join(dir, 'cache.git');
  git(dir, 'init', '-q', '-b', 'main', repo);
  git(dir, 'init', '-q', '--bare', cache);
  git(cache, 'config', 'receive.shallowUpdate', 'true');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (name: string, text: string | Buffer) => {
  mkdirSync(join(repo, name, '..'), { recursive: true });
  writeFileSync(join(repo, name), text);
};
const commit = (message: string) => {
  git(repo, 'add', '-A');
  git(repo, 'commit', '-q', '-m', message);
};

/** A host that is one program with a bare repository. */
function host(program = ['git', 'receive-pack', cache]): HostClient {
  const push: HostClient['push'] = (_open, signal) => {
    const [name = '', ...args] = program;
    const child: ChildProcess = spawn(name, args, { env: env(), stdio: ['pipe', 'pipe', 'ignore'] });
    signal.addEventListener('abort', () => child.kill(), { once: true });
    child.stdin?.on('error', () => {});
    return {
      data: child.stdout as AsyncIterable<Uint8Array>,
      write: async (data) => void child.stdin?.write(data),
      end: () => child.stdin?.end(),
    };
  };
  return { name: 'there', push } as HostClient;
}

async function take(over: Partial<Parameters<typeof takeRepository>[0]> = {}) {
  const notes: string[] = [];
  const findings: Finding[] = [];
  const parcel = await takeRepository({
    directory: repo,
    env: env(),
    spare: null,
    cacheDir: join(dir, 'client-cache'),
    branch: undefined,
    clean: false,
    note: (text) => notes.push(text),
    secrets: async (found) => void findings.push(...found),
    ...over,
  });
  if (!parcel) throw new Error('no parcel');
  await using held = parcel;
  const source = await held.bring(host(), { signal: new AbortController().signal, progress: () => {} });
  if (source.kind !== 'checkout') throw new Error(`a source of kind ${source.kind}`);
  return { source, notes, findings, summary: held.summary };
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

const files = (id: string) => git(cache, 'ls-tree', '-r', '--name-only', id).split('\n').sort();
const content = (id: string, name: string) => git(cache, 'show', `${id}:${name}`);

test('commits, what is staged and what is not arrive as they are, and nothing here is changed', async () => {
  put('a.txt', 'one\n');
  put('gone.txt', 'x\n');
  put('.gitignore', 'ignored\n');
  commit('first');
  git(repo, 'branch', 'other');
  git(repo, 'tag', 'v1');
  git(repo, 'tag', '-a', '-m', 'annotated', 'v2');
  put('a.txt', 'staged\n');
  git(repo, 'add', 'a.txt');
  put('a.txt', 'later\n');
  put('new é\n.txt', 'new\n');
  put('ignored', 'stays\n');
  rmSync(join(repo, 'gone.txt'));
  const before = fingerprint(repo);
  const { source, summary } = await take();
  expect(fingerprint(repo)).toEqual(before);
  expect(source).toMatchObject({
    branch: 'main',
    commit: git(repo, 'rev-parse', 'HEAD'),
    historyLeftOut: false,
  });
  expect(content(source.indexCommit, 'a.txt')).toBe('staged');
  expect(files(source.indexCommit)).toContain('gone.txt');
  expect(content(source.workCommit, 'a.txt')).toBe('later');
  expect(git(cache, 'ls-tree', '-r', '-z', '--name-only', source.workCommit).split('\0').sort()).toEqual(
    ['', '.gitignore', 'a.txt', 'new é\n.txt'].sort(),
  );
  const references = git(cache, 'for-each-ref', '--format=%(refname)').split('\n');
  const at = `refs/uploads/${source.upload}`;
  expect(references.sort()).toEqual(
    ['commit', 'heads/main', 'heads/other', 'index', 'tags/v1', 'tags/v2', 'work'].map((n) => `${at}/${n}`),
  );
  expect(summary).toMatch(/^repo, main at \w{7} and 2 files not committed$/);
});

test('a second push sends what is new alone', async () => {
  put('big', Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251)));
  commit('first');
  await take();
  const packed = () => git(cache, 'count-objects', '-v');
  const before =
    Number(/^size: (\d+)/m.exec(packed())?.[1]) + Number(/^size-pack: (\d+)/m.exec(packed())?.[1]);
  put('small', 'x');
  await take();
  const after =
    Number(/^size: (\d+)/m.exec(packed())?.[1]) + Number(/^size-pack: (\d+)/m.exec(packed())?.[1]);
  expect(after - before).toBeLessThan(40);
});
