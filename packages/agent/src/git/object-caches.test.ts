/** What stays in the object cache of a repository, and what goes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GIT_ENV, gitIn } from '../../../../test/support/git-home.ts';
import { GitObjectCaches } from './object-caches.ts';

let root: string;
let cache: string;
const problems: unknown[] = [];
const onProblem = (_repository: string, error: unknown) => problems.push(error);

beforeEach(() => {
  root = mkdtempSync('/tmp/bc-');
  cache = path.join(root, 'r.git');
  gitIn(root)('init', '--quiet', '--bare', cache);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  expect(problems.splice(0)).toEqual([]);
});

/** As if so many hours ago a push had brought one commit. */
function brought(upload: string, hoursAgo: number): string {
  const git = gitIn(cache);
  const commit = git('commit-tree', '-m', upload, git('mktree'));
  git('update-ref', `refs/namespaces/${upload}/refs/uploads/${upload}/heads/main`, commit);
  const mark = path.join(cache, 'uploads', upload);
  mkdirSync(mark, { recursive: true });
  const at = Date.now() / 1000 - hoursAgo * 3600;
  utimesSync(mark, at, at);
  return commit;
}

/** Used once, and tidied up after. */
async function used(): Promise<void> {
  await using caches = new GitObjectCaches({ directory: root, onProblem });
  await caches.with('r', async (cached) => expect((await cached?.refs('new'))?.size).toBeLessThan(2));
  await caches.tidied();
}

test('the newest uploads stay, and those that a session may yet begin with', async () => {
  for (const [upload, hoursAgo] of [
    ['young1', 0.1],
    ['young2', 0.2],
    ['young3', 0.3],
    ['young4', 0.4],
    ['young5', 0.5],
    ['old', 2],
  ] as const)
    brought(upload, hoursAgo);
  await used();
  expect(readdirSync(path.join(cache, 'uploads')).sort()).toEqual([
    'young1',
    'young2',
    'young3',
    'young4',
    'young5',
  ]);
  expect(gitIn(cache)('for-each-ref')).not.toContain('old');
  for (const name of readdirSync(path.join(cache, 'uploads'))) brought(name, 3);
  await used();
  expect(readdirSync(path.join(cache, 'uploads'))).toHaveLength(4);
});

test('what nobody refers to goes once there are many packs, and what broke off at once', async () => {
  const kept = brought('new', 0);
  const git = gitIn(cache);
  const gone = Array.from({ length: 26 }, (_, place) => {
    const input = { cwd: cache, env: GIT_ENV, encoding: 'utf8' } as const;
    const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { ...input, input: `${place}` }).trim();
    execFileSync('git', ['pack-objects', '-q', 'objects/pack/pack'], { ...input, input: `${id}\n` });
    return id;
  });
  git('prune-packed');
  mkdirSync(path.join(cache, 'objects', 'tmp_objdir-incoming-x', 'pack'), { recursive: true });
  await used();
  const packs = readdirSync(path.join(cache, 'objects', 'pack')).filter((name) => name.endsWith('.pack'));
  expect(packs).toHaveLength(1);
  expect(readdirSync(path.join(cache, 'objects')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  expect(git('cat-file', '-t', kept)).toBe('commit');
  expect(() => git('cat-file', '-e', gone[0] ?? '')).toThrow();
});

test('a repository that nobody brought has nothing', async () => {
  await using caches = new GitObjectCaches({ directory: root, onProblem });
  await caches.with('unknown', async (cached) => expect(cached).toBe(null));
  expect(readdirSync(root)).toEqual(['r.git']);
});
