/** A repository goes along to a session, and its work comes back: nothing here is disturbed by either. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  'echo report > $BERTH_OUTPUT_DIR/report.txt',
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
  const [, directory = ''] = /output {2}1 file, 7 B, in (.*)\n/.exec(pulled.stdout) ?? [];
  expect(readFileSync(join(directory, 'report.txt'), 'utf8')).toBe('report\n');
  const elsewhere = join(sandbox.home, 'reports');
  expect((await sandbox.berth(['pull', 'round', '--output', elsewhere], { cwd: at })).code).toBe(0);
  expect(readFileSync(join(elsewhere, 'report.txt'), 'utf8')).toBe('report\n');
  expect(git(at, 'rev-parse', 'berth/round--side')).toBe(git(at, 'rev-parse', 'berth/round^'));
});

it('leaves a committed file here that .berthignore names, its history too, and brings work back on top of both', async () => {
  const at = repository('kept');
  writeFileSync(join(at, '.env'), 'KEY=very-secret\n');
  git(at, 'add', '.');
  git(at, 'commit', '-q', '-m', 'with a secret');
  const refused = await sandbox.berth(['start', '--json', '--', 'true'], { cwd: at });
  expect(refused.code).toBe(6);
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { reason: 'SECRETS_FOUND' } });
  writeFileSync(join(at, '.berthignore'), '.env\n');
  const script = `ls -A; git log --format=:%s; ${SESSION}`;
  const started = await sandbox.berth(['start', '--name', 'kept', '--follow', '--', 'bash', '-c', script], {
    cwd: at,
  });
  expect(started.stderr).toMatch(/keeps committed files here \(\.env\): .* without its history/);
  expect(started.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /^\.berthignore \.git a\.txt b\.txt :with a secret /,
  );
  const { workspace } = await sandbox.json<{ workspace: string }>(['show', 'kept']);
  const caches = join(sandbox.stateDir, 'repositories');
  const there = [workspace, ...readdirSync(caches).map((name) => join(caches, name))];
  expect(there.length).toBeGreaterThan(1);
  const [secret, rest] = [git(at, 'rev-parse', 'main:.env'), git(at, 'rev-parse', 'main:a.txt')];
  const has = (where: string, id: string) =>
    spawnSync('git', ['cat-file', '-e', id], { cwd: where, env: sandbox.env }).status === 0;
  expect(there.some((where) => has(where, rest))).toBe(true);
  expect(there.some((where) => has(where, secret))).toBe(false);
  const before = checkout(at);
  expect(await sandbox.berth(['pull', 'kept'], { cwd: at })).toMatchObject({ code: 0, stderr: '' });
  expect(checkout(at)).toEqual(before);
  expect(git(at, 'log', '--format=%an %s', 'main~1..berth/kept')).toMatch(/\nBot edit a\nAnn with a secret$/);
  expect(git(at, 'show', 'berth/kept:.env')).toBe('KEY=very-secret');
  expect(git(at, 'diff', '--name-only', 'main', 'berth/kept')).toBe('.berthignore\na.txt\nc.txt');
});

it('asks a person about secrets: a no sends nothing, and a yes says what goes', async () => {
  const at = repository('asked');
  writeFileSync(join(at, '.env'), 'KEY=1\n');
  const terminal = sandbox.berthTerminal(['start', '--name', 'asked', '--', 'true'], { cwd: at });
  await terminal.waitForScreen(/\.env:1: \.env file \(KEY=…\)[\s\S]*send all the same/);
  terminal.type('n');
  terminal.press('Enter');
  expect(await terminal.waitForExit()).toBe(6);
  expect((await sandbox.berth(['show', 'asked'])).code).toBe(4);
  const again = sandbox.berthTerminal(['start', '--name', 'asked', '--', 'true'], { cwd: at });
  await again.waitForScreen(/send all the same/);
  again.type('y');
  again.press('Enter');
  await again.waitForScreen(/taking along asked, main at \w{7} and 1 file not committed[\s\S]*sess-/);
  expect(await again.waitForExit()).toBe(0);
});
