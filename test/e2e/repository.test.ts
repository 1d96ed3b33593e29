/** A repository goes along to a session, and its work comes back: nothing here is disturbed by either. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = createSandbox();
  sandbox.env.XDG_DATA_HOME = join(sandbox.dir, 'data');
  await sandbox.startAgent();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const git = (at: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: at, env: { ...sandbox.env, ...PERSON }, encoding: 'utf8' }).trim();
const PERSON = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

/** A repository with two commits, and with work that is staged, not staged and not tracked. */
function repository(name: string): string {
  const at = join(sandbox.home, name);
  mkdirSync(at);
  git(at, 'init', '-q', '-b', 'main');
  writeFileSync(join(at, 'a.txt'), 'one\n');
  writeFileSync(join(at, 'b.txt'), 'one\n');
  git(at, 'add', '.');
  git(at, 'commit', '-q', '-m', 'first');
  writeFileSync(join(at, 'b.txt'), 'two\n');
  git(at, 'commit', '-q', '-am', 'second');
  return at;
}

/** What pull and start must leave as it is. */
function checkout(at: string) {
  const references = git(at, 'for-each-ref').split('\n');
  return {
    index: createHash('sha256')
      .update(readFileSync(join(at, '.git/index')))
      .digest('hex'),
    head: readFileSync(join(at, '.git/HEAD'), 'utf8'),
    references: references.filter((line) => !/refs\/(heads\/berth|berth)\//.test(line)),
    work: execFileSync(
      'sh',
      ['-c', 'find . -path ./.git -prune -o -type f -print | sort | xargs sha256sum'],
      {
        cwd: at,
        encoding: 'utf8',
      },
    ),
  };
}

const SESSION = [
  'git config user.name Bot; git config user.email bot@example.com',
  'echo edited >> a.txt; git commit -qm "edit a" a.txt',
  'git branch side; echo more > c.txt',
].join('\n');

it('brings a session what is here, and brings back exactly what it did', async () => {
  const at = repository('round');
  writeFileSync(join(at, 'a.txt'), 'staged\n');
  git(at, 'add', 'a.txt');
  writeFileSync(join(at, 'new.txt'), 'untracked\n');
  const before = checkout(at);
  const start = ['start', '--json', '--wait', '--name', 'round', '--', 'bash', '-c', SESSION];
  await startedId(sandbox, start, { cwd: at });
  expect(checkout(at)).toEqual(before);

  const pulled = await sandbox.berth(['pull', 'round'], { cwd: at });
  expect(pulled).toMatchObject({ code: 0, stderr: '' });
  expect(pulled.stdout).toMatch(/^berth\/round {2}\w{7} {2}new: 2 commits, 3 files changed/);
  expect(checkout(at)).toEqual(before);
  expect(git(at, 'log', '--format=%an %s', 'main..berth/round^')).toBe('Bot edit a');
  expect(git(at, 'show', 'berth/round^:a.txt')).toBe('staged\nedited');
  expect(git(at, 'diff', '--name-status', 'berth/round^', 'berth/round')).toBe('A\tc.txt\nA\tnew.txt');
  expect(git(at, 'rev-parse', 'berth/round--side')).toBe(git(at, 'rev-parse', 'berth/round^'));
});
