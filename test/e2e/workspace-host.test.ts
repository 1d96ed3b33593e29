/** What a host does with work: it takes it in, sessions begin with it, and it gives it back. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Checkout } from '@berth/shared/gen/berth/v1/session';
import { expect, it } from 'vitest';
import { gitIn, newRepository, workCommit, workTree } from '../support/git-home.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { workspaceCalls } from '../support/workspace-calls.ts';

interface Shown {
  readonly workspace: string;
  readonly status: string;
  readonly status_detail: string;
  readonly source: Record<string, unknown>;
  readonly git: { branch: string; dirty_files: number } | null;
}

const show = (sandbox: Sandbox, id: string) => sandbox.json<Shown>(['show', id]);
const ended = (sandbox: Sandbox, id: string) =>
  until(
    async () => {
      const shown = await show(sandbox, id);
      return ['running', 'pending'].includes(shown.status) ? null : shown;
    },
    { what: `the end of ${id}` },
  );
const output = async (sandbox: Sandbox, id: string) => (await sandbox.berth(['output', id])).stdout;

it('takes work in, lets a session change it, and gives it back', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  using calls = workspaceCalls(agent.socket, sandbox.dir);
  const home = join(sandbox.dir, 'project');
  const git = newRepository(home);
  writeFileSync(join(home, 'a'), 'one\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  writeFileSync(join(home, 'untracked'), 'two\n');
  const [commit, work] = [git('rev-parse', 'HEAD'), workCommit(home)];
  const to = { repository: 'r', upload: 'u' };
  await calls.push(home, to, 'HEAD:refs/uploads/u/heads/main', `${work}:refs/uploads/u/work`);
  const checkout = Checkout.fromPartial({ ...to, branch: 'main', commit, workCommit: work });
  const script =
    'git -c user.name=s -c user.email=s@s commit -qam "by the session" --allow-empty; echo new >made; cat';
  const session = await calls.start({ $case: 'checkout', checkout }, [
    'sh',
    '-c',
    `git status --short; ${script}`,
  ]);
  await until(() => existsSync(join(session.workspace, 'made')), { what: 'what the session makes' });
  expect(await output(sandbox, session.id)).toContain('?? untracked');
  expect(await show(sandbox, session.id)).toMatchObject({
    source: { kind: 'checkout', repository: 'r', branch: 'main', commit },
    git: { branch: 'main', dirty_files: 2 },
  });
  const index = readFileSync(join(session.workspace, '.git/index'));
  const taken = await calls.snapshot(session.id);
  expect(taken).toMatchObject({
    branch: 'main',
    dirtyFiles: 2,
    branches: [{ name: 'main', commit: taken.commit }],
  });
  expect(taken.outputDirectory).toBe(join(sandbox.stateDir, 'sessions', session.id, 'output'));
  expect(readFileSync(join(session.workspace, '.git/index'))).toEqual(index);
  expect((await sandbox.berth(['kill', session.id])).code).toBe(0);
  // Of an ended session just the same, and what is not changed is not taken twice.
  expect(await calls.snapshot(session.id)).toEqual(taken);
  await calls.pull(home, session.id, (remote) => [
    'fetch',
    remote,
    'refs/heads/main:refs/heads/theirs',
    'refs/berth/work:refs/work',
  ]);
  expect(git('log', '-1', '--format=%s', 'theirs')).toBe('by the session');
  expect(git('show', 'refs/work:made')).toBe('new');
  expect(git('rev-parse', 'refs/work')).toBe(taken.workCommit);
});

it('refuses a start with what nobody brought, and keeps nothing of it', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  using calls = workspaceCalls(agent.socket, sandbox.dir);
  const checkout = Checkout.fromPartial({ repository: 'r', upload: 'u', commit: 'f'.repeat(40) });
  const refused = calls.start({ $case: 'checkout', checkout }, ['true']);
  await expect(refused).rejects.toThrow(/the upload u brought no ffff/);
  expect(readdirSync(join(sandbox.stateDir, 'sessions'))).toEqual([]);
  const status = await sandbox.json<{ hosts: { sessions: number }[] }>(['status']);
  expect(JSON.stringify(status)).not.toContain('sess-');
  expect((await sandbox.json<{ sessions: unknown[] }>(['list', '--all'])).sessions).toEqual([]);
});

it('a session works in a directory of the user, which stays theirs', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const project = join(sandbox.home, 'the project');
  newRepository(project);
  symlinkSync(project, join(sandbox.home, 'link'));
  const script = 'pwd; cd "$BERTH_WORKSPACE" && pwd -P; echo >made; cat';
  const id = await startedId(sandbox, ['start', '--json', '--directory', '~/link', '--', 'sh', '-c', script]);
  await until(() => existsSync(join(project, 'made')), { what: 'a file of the session' });
  await until(
    async () => (await output(sandbox, id)).split('\n').filter((line) => line === project).length === 2,
    {
      what: 'both names of the directory',
    },
  );
  expect(await show(sandbox, id)).toMatchObject({
    workspace: project,
    source: { kind: 'directory', path: project },
    git: { branch: 'main', dirty_files: 1 },
  });
  // Told of changes in files, as in a workspace of its own.
  const watching = sandbox.spawnBerth(['watch', '--json', '--only', 'files', '--since', '1h']);
  writeFileSync(join(project, 'later'), '');
  await until(() => watching.stdout.includes('"files_changed"'), { what: 'news of the file' });
  const text = await sandbox.berth(['show', id]);
  expect(text.stdout).toMatch(/^source +a directory of the host, not a copy$/m);
  const moved = `${project} moved`;
  renameSync(project, moved);
  expect((await sandbox.berth(['kill', id])).code).toBe(0);
  expect(workTree(moved)).toMatchObject({ made: expect.anything() });
  expect(readlinkSync(join(sandbox.stateDir, 'sessions', id, 'workspace'))).toBe(project);
});

it('refuses a directory that no session could work in, by its name', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  writeFileSync(join(sandbox.home, 'file'), '');
  for (const [directory, why] of [
    ['~/nowhere', 'there is no such directory'],
    ['~/file', 'it is no directory'],
    ['~/file/below', 'there is no such directory'],
  ] as const) {
    const { code, stderr } = await sandbox.berth(['start', '--directory', directory, '--', 'true']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`no session can work in ${directory}: ${why}`),
    ]);
  }
  expect(readdirSync(join(sandbox.stateDir, 'sessions'))).toEqual([]);
});

it('clones where the session can be seen to, and fails with a word on it', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  using calls = workspaceCalls(agent.socket, sandbox.dir);
  const far = join(sandbox.dir, 'far');
  const git = newRepository(far);
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
  git('commit', '--quiet', '--allow-empty', '-m', 'two');
  git('branch', 'side');
  const clone = { url: `file://${far}`, branch: 'side', depth: 1 };
  const good = await calls.start({ $case: 'clone', clone }, ['git', 'log', '--format=%s %D']);
  expect(await ended(sandbox, good.id)).toMatchObject({ status: 'completed' });
  expect(await output(sandbox, good.id)).toMatch(
    /\$ git .*clone --depth=1 --branch=side -- file:[\s\S]*two grafted, HEAD -> side/,
  );
  expect(good.argv).toEqual(['git', 'log', '--format=%s %D']);
  const bad = await calls.start({ $case: 'clone', clone: { ...clone, branch: 'none' } }, [
    'touch',
    join(sandbox.dir, 'ran'),
  ]);
  const failed = await ended(sandbox, bad.id);
  expect(failed).toMatchObject({ status: 'failed' });
  expect(JSON.stringify(failed)).toContain('its repository could not be cloned: git ended with 128');
  expect(await output(sandbox, bad.id)).toContain('Remote branch none not found');
  expect(existsSync(join(sandbox.dir, 'ran'))).toBe(false);
  for (const url of ['--upload-pack=touch x', 'ext::touch x', 'https://user:secret@example.org/x']) {
    const refused = await calls.start({ $case: 'clone', clone: { ...clone, url } }, ['true']).catch(String);
    expect(refused).toMatch(/begins with a dash|run programs|holds a password/);
    expect(refused).not.toContain('secret');
  }
});

it('a push that is cut leaves nothing, and the next one comes through', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const home = join(sandbox.dir, 'project');
  const git = newRepository(home);
  const { randomBytes } = await import('node:crypto');
  writeFileSync(join(home, 'large'), randomBytes(8 << 20));
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  const to = { repository: 'r', upload: 'u' };
  const refspec = 'HEAD:refs/uploads/u/heads/main';
  mkdirSync(join(sandbox.dir, 'relays'));
  {
    using cut = workspaceCalls(agent.socket, join(sandbox.dir, 'relays'), (sent, end) => {
      if (sent > 4 << 20) end();
    });
    await expect(cut.push(home, to, refspec)).rejects.toThrow();
  }
  const objects = join(sandbox.stateDir, 'repositories/r.git/objects');
  const left = () => readdirSync(objects).filter((name) => name.startsWith('tmp_'));
  await until(() => left().length === 0, { what: 'an end of what had come of the push' });
  expect(gitIn(join(objects, '..'))('for-each-ref')).toBe('');
  using calls = workspaceCalls(agent.socket, sandbox.dir);
  expect(await calls.push(home, to, refspec)).toContain('[new reference]');
  // Several at once, each its own.
  const said = await Promise.all(
    ['v', 'w'].map((upload) =>
      calls.push(home, { repository: 'r', upload }, `HEAD:refs/uploads/${upload}/heads/main`),
    ),
  );
  for (const text of said) expect(text).toContain('[new reference]');
});
