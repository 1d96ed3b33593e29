/** What sessions begin with where they wait in line, where several start at once, and where nothing was brought. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitIn, newRepository, type TestGit } from '../support/git-home.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let at: string;
let git: TestGit;
beforeEach(async () => {
  sandbox = createSandbox();
  sandbox.env.XDG_DATA_HOME = join(sandbox.dir, 'data');
  await sandbox.startAgent({ flags: ['--memory-capacity', '64M', '--default-slot', '32M'] });
  at = join(sandbox.home, 'repository');
  git = newRepository(at);
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  writeFileSync(join(at, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  writeFileSync(join(at, 'a.txt'), 'two\n');
});
afterEach(() => sandbox?.[Symbol.asyncDispose]());

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.berth(args, { cwd: at });
  if (code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** Ids of all pushes that the host has. */
function uploads(): string[] {
  const caches = join(sandbox.stateDir, 'repositories');
  const refs = readdirSync(caches).flatMap((name) =>
    gitIn(join(caches, name))('for-each-ref', '--format=%(refname)').split('\n'),
  );
  return [...new Set(refs.map((name) => name.split('/')[2] ?? ''))];
}

it('a session that waits in line begins with what was here when it was started', async () => {
  await ok('start', '--no-repo', '--memory', '64M', '--name', 'all', '--', 'sleep', '1000');
  const script = 'cat a.txt >> seen; git add seen; git commit -qm seen';
  expect(await ok('start', '--queue', '--name', 'waits', '--', 'bash', '-c', script)).toMatch(/1st in line/);
  writeFileSync(join(at, 'a.txt'), 'three\n');
  git('commit', '-q', '-am', 'meanwhile');
  await ok('kill', 'all');
  await using printed = sandbox.spawnBerth(['output', 'waits', '--follow']);
  expect((await printed.finished).code).toBe(0);
  await ok('pull', 'waits');
  expect(git('show', 'berth/waits^:seen')).toBe('two');
  expect(git('show', 'berth/waits:a.txt')).toBe('two');
  expect(git('merge-base', 'main', 'berth/waits')).toBe(git('rev-parse', 'main~1'));
});

it('several that start together share one upload, and each has files of its own', async () => {
  const command = ['start', '--all-or-nothing', '--command', 'bash -c {prompt}', '--wait'];
  const scripts = ['x', 'y'].map((name) => `cat a.txt > ${name}; git add ${name}; git commit -qm ${name}`);
  await ok(...command, ...scripts);
  expect(uploads()).toHaveLength(1);
  const { sessions } = await sandbox.json<{ sessions: { session_id: string }[] }>(['list', '--all']);
  expect(sessions).toHaveLength(2);
  for (const { session_id: id } of sessions) await ok('pull', id);
  const made = sessions.map(({ session_id: id }) =>
    git('diff', '--name-only', `main`, `berth/${id}`).split('\n').sort().join(' '),
  );
  expect(made.sort()).toEqual(['a.txt x', 'a.txt y']);
  // None of three has room for one: nothing is sent, and nothing starts.
  const { code } = await sandbox.berth([...command, ...scripts, 'z'], { cwd: at });
  expect(code).toBe(5);
  expect(uploads()).toHaveLength(1);
});

it('a directory of the host is pulled where it has to do with the repository, and stays as it is', async () => {
  const there = join(sandbox.home, 'there');
  gitIn(sandbox.home)('clone', '-q', `file://${at}`, there);
  gitIn(there)('config', 'user.name', 'Bob');
  gitIn(there)('config', 'user.email', 'bob@example.com');
  writeFileSync(join(there, 'mine.txt'), 'not committed\n');
  const script = 'echo more >> a.txt; git commit -qam more';
  await ok('start', '--directory', there, '--name', 'dir', '--wait', '--', 'bash', '-c', script);
  const status = gitIn(there)('status', '--porcelain');
  expect(await ok('pull', 'dir')).toMatch(/^berth\/dir .*new: 2 commits/);
  expect(git('log', '--format=%an %s', 'main..berth/dir^')).toBe('Bob more');
  expect(git('show', 'berth/dir:mine.txt')).toBe('not committed');
  expect(gitIn(there)('status', '--porcelain')).toBe(status);

  const plain = join(sandbox.home, 'plain');
  mkdirSync(plain);
  await ok('start', '--directory', plain, '--name', 'plain', '--wait', '--', 'true');
  const { code, stderr } = await sandbox.berth(['pull', 'plain'], { cwd: at });
  expect(code).toBe(2);
  expect(stderr).toMatch(/there is no repository in .*plain[\s\S]*hint: .*berth cp/);
});

it('a repository that the host cloned itself is pulled into a clone of it', async () => {
  const script =
    'git config user.name Bot; git config user.email bot@example.com; echo x > x; git add x; git commit -qm x';
  await ok('start', '--repo', `file://${at}`, '--name', 'far', '--wait', '--', 'bash', '-c', script);
  expect(await ok('pull', 'far')).toMatch(/^berth\/far .*new: 1 commit, 1 file changed/);
  expect(git('log', '--format=%an %s', 'main..berth/far')).toBe('Bot x');
  expect(await ok('diff', 'far')).toMatch(/\+x\n/);
  const short = ['start', '--repo', `file://${at}`, '--depth', '1', '--name', 'short', '--wait'];
  git('commit', '-q', '--allow-empty', '-m', 'two');
  await ok(...short, '--', 'bash', '-c', script);
  await ok('pull', 'short');
  expect(git('rev-parse', 'berth/short^')).toBe(git('rev-parse', 'main'));
});
