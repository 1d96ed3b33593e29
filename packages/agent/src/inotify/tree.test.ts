import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TreeChange, Watcher } from '../sessions/ports.ts';
import { createWatcher } from './watcher.ts';

let root: string;
let changes: TreeChange[];
let problems: string[];
const ends = new Set<Disposable>();

beforeEach(() => {
  root = mkdtempSync('/tmp/bw-');
  changes = [];
  problems = [];
});
afterEach(() => {
  for (const end of ends) end[Symbol.dispose]();
  ends.clear();
  rmSync(root, { recursive: true, force: true });
});

const at = (...parts: string[]) => path.join(root, ...parts);
const write = (file: string, text = '') => {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
};
const told = () => [...new Set(changes.flatMap(({ paths }) => paths))].sort();

/** Follows the tree, and waits until it has its watches. */
async function follow(
  directories: number,
  { limit = 100, room }: { limit?: number; room?: number } = {},
): Promise<Watcher> {
  const watcher = createWatcher({
    treeLimit: limit,
    ...(room ? { room } : {}),
    onProblem: (message) => problems.push(message),
  });
  ends.add(watcher.tree(root, { ignoring: true }, (change) => changes.push(change)));
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(directories));
  return watcher;
}

/** Resolves once all that happened before was told: what it writes comes last. */
async function caughtUp(folder = ''): Promise<void> {
  const mark = path.join(folder, `mark-${Math.random()}`);
  write(mark);
  await vi.waitFor(() => expect(told()).toContain(mark), { timeout: 10_000 });
}
const toldOf = () => told().filter((file) => !path.basename(file).startsWith('mark-'));

test('follows directories that come, move and go, with what was in them before they were seen', async () => {
  write('src/old.ts');
  const watcher = await follow(2);
  write('src/old.ts', 'x');
  write('lib/deep/er/new.ts');
  await vi.waitFor(() => expect(told()).toEqual(['lib/deep/er/new.ts', 'src/old.ts']));
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(5));
  renameSync(at('lib'), at('moved'));
  await vi.waitFor(() => expect(told()).toContain('moved/deep/er/new.ts'));
  write('moved/deep/er/more.ts');
  await vi.waitFor(() => expect(told()).toContain('moved/deep/er/more.ts'));
  rmSync(at('moved'), { recursive: true });
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(2));
  // Gone and there again between two looks: the watch on the first says nothing of the second.
  rmSync(at('src'), { recursive: true });
  write('src/again.ts');
  await vi.waitFor(() => expect(told()).toContain('src/again.ts'));
  await caughtUp('src');
  expect(problems).toEqual([]);
});

test('leaves out what git ignores, in whichever directory it says so, and what tools make', async () => {
  write('.gitignore', 'dist/\n*.log\n');
  write('packages/a/.gitignore', '!kept.log\n/own\n');
  write('dist/deep/x.js');
  write('node_modules/left-pad/index.js');
  write('packages/a/node_modules/x/index.js');
  write('.git/objects/aa/bb');
  const watcher = await follow(3);
  write('dist/deep/x.js', 'x');
  write('a.log');
  write('packages/a/b.log');
  write('packages/a/kept.log');
  write('packages/a/own');
  write('packages/own');
  write('node_modules/new/index.js');
  write('.git/HEAD');
  await caughtUp();
  expect(toldOf()).toEqual(['packages/a/kept.log', 'packages/own']);
  expect(watcher.watching().directories).toBe(3);

  // Its word changes: what it let go is followed, what it takes is left.
  write('.gitignore', 'packages/\n');
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(3));
  await vi.waitFor(async () => {
    write('dist/deep/y.js', String(Math.random()));
    expect(told()).toContain('dist/deep/y.js');
  });
  write('packages/own', 'x');
  changes = [];
  write('packages/a/kept.log', 'x');
  await caughtUp();
  expect(toldOf().filter((file) => file.startsWith('packages'))).toEqual([]);
});

test('patterns made to cost time cost none', async () => {
  write('.gitignore', `${'*a'.repeat(30)}b\n[z-a]\n${'('.repeat(1000)}\n*.log\n`);
  await follow(1);
  write('a'.repeat(200));
  write('x.log');
  await caughtUp();
  expect(toldOf()).toEqual(['a'.repeat(200)]);
});

test('beyond the limit it says that there is more', async () => {
  for (let index = 0; index < 10; index++) write(`d${index}/x`);
  const watcher = await follow(4, { limit: 4 });
  write('y');
  await vi.waitFor(() => expect(changes).toEqual([{ paths: ['y'], incomplete: true }]));
  expect(watcher.watching().directories).toBe(4);
});

test('where the kernel dropped notices all is looked at anew, counted, and said once', async () => {
  const watcher = await follow(1, { room: 100 });
  for (let round = 1; round <= 2; round++) {
    // In one turn of the event loop: nobody reads in between.
    for (let index = 0; index < 100; index++) write(`r${round}-${index}`);
    await vi.waitFor(() => expect(watcher.watching().overflows).toBe(round));
  }
  await vi.waitFor(() => expect(changes.some(({ incomplete }) => incomplete)).toBe(true));
  expect(problems).toHaveLength(1);
});

test('the root may go, and come again', async () => {
  const watcher = await follow(1);
  rmSync(root, { recursive: true });
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(0));
  write('x');
  await vi.waitFor(() => expect(watcher.watching().directories).toBe(1), { timeout: 15_000 });
  await caughtUp();
});
