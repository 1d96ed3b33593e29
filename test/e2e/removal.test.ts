/** Kept sessions: what they take, how they go, and what is refused while they take too much. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;

interface Removed {
  readonly sessions: readonly { session_id: string; freed: Record<string, number> }[];
}

/** A session that ran this script to its end. */
async function ended(sandbox: Sandbox, script: string, name: string): Promise<string> {
  const args = ['start', '--json', '--wait', '--name', name, '--', 'bash', '-c', script];
  const { stdout } = await sandbox.berth(args);
  const { sessions } = JSON.parse(stdout) as { sessions: { session_id: string }[] };
  return sessions[0]?.session_id ?? '';
}
const sessionsDirectory = (sandbox: Sandbox) => join(sandbox.stateDir, 'sessions');

it('rm leaves nothing of a session, but what its workspace only links to', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const big =
    'head -c 3M /dev/zero | tr "\\0" x >big; ln big same; mkdir ro; touch ro/f; chmod 500 ro; exit 3';
  const id = await ended(sandbox, big, 'big');
  const linked = await ended(sandbox, 'true', 'linked');
  const mine = join(sandbox.dir, 'mine');
  mkdirSync(mine);
  writeFileSync(join(mine, 'kept'), 'mine');
  const workspace = join(sessionsDirectory(sandbox), linked, 'workspace');
  rmSync(workspace, { recursive: true });
  symlinkSync(mine, workspace);

  const shown = await sandbox.json<{ disk: Record<string, number> }>(['show', 'big']);
  // Blocks, and a file of two names once.
  expect(shown.disk.workspace_bytes).toBeGreaterThanOrEqual(3 * MIB);
  expect(shown.disk.workspace_bytes).toBeLessThan(4 * MIB);
  const { sessions } = await sandbox.json<Removed>(['rm', 'big', 'linked', 'big']);
  expect(sessions).toMatchObject([{ session_id: id, freed: shown.disk }, { session_id: linked }]);
  expect(sessions[1]?.freed.workspace_bytes).toBeLessThan(MIB);
  expect(readFileSync(join(mine, 'kept'), 'utf8')).toBe('mine');
  expect(readdirSync(sessionsDirectory(sandbox))).toEqual([]);
  expect(await sandbox.json(['list', '--all'])).toMatchObject({ sessions: [] });
  expect(await sandbox.berth(['show', 'big'])).toMatchObject({ code: 4 });
  const told = await sandbox.berth(['watch', '--since', '1h', '--only', 'state', '--timeout', '1s']);
  expect(told.stdout).toMatch(/ big {2}state {2}removed: 3 MiB freed\n/);
  const journal = new DatabaseSync(join(sandbox.stateDir, 'journal.db'), { readOnly: true });
  for (const table of ['sessions', 'attention'])
    expect(journal.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 0 });
  journal.close();
});

it('rm refuses what lives, and ends it first where it is forced to', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--name', 'lives', '--', 'sleep', '1000']);
  const refused = await sandbox.berth(['rm', 'lives', 'nobody']);
  expect(refused).toMatchObject({ code: 7, stdout: '' });
  expect(refused.stderr).toMatch(/cannot remove sess-\S+: it is running\n {2}hint: end it first/);
  expect(refused.stderr).toMatch(/cannot find session nobody/);
  expect(await sandbox.json(['show', 'lives'])).toMatchObject({ status: 'running' });
  const forced = await sandbox.berth(['rm', 'lives', '--force']);
  expect(forced).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(`^removed ${id} \\(lives\\), freed `),
  });
  // The next agent knows as little of it.
  await agent.restart();
  expect(await sandbox.json(['list', '--all'])).toMatchObject({ sessions: [] });
});

it('a view that is open loses the row of a session that is removed', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await ended(sandbox, 'true', 'first');
  await ended(sandbox, 'true', 'second');
  const terminal = sandbox.berthTerminal(['list', '--watch', '--wide'], { columns: 200 });
  await terminal.waitForScreen(/first[\s\S]*second|second[\s\S]*first/);
  expect((await sandbox.berth(['rm', 'first'])).code).toBe(0);
  await until(() => Promise.resolve(!/first/.test(terminal.screen())), { what: 'the row is gone' });
  expect(terminal.screen()).toMatch(/second/);
});

it('over the quota nothing new starts, what runs goes on, and room is made by pruning', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--disk-quota', '8M'] });
  await startedId(sandbox, ['start', '--json', '--name', 'lives', '--', 'sleep', '1000']);
  await ended(sandbox, 'head -c 9M /dev/urandom >big', 'big');
  const used = async () => {
    const { disk } = await sandbox.json<{ disk: { usedBytes: number } }>(['host', 'show', 'local']);
    return disk.usedBytes;
  };
  await until(async () => (await used()) > 8 * MIB, { what: 'the agent has measured' });
  // What was measured outlives the agent.
  await agent.restart();
  const refused = await sandbox.berth(['start', '--', 'true']);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toMatch(/take 9(\.\d)? MiB of the 8 MiB .*\n {2}hint: .*berth prune\n/);
  expect(await sandbox.json(['show', 'lives'])).toMatchObject({ status: 'running' });
  const shown = await sandbox.berth(['host', 'show', 'local']);
  expect(shown.stdout).toMatch(/^disk {6}9(\.\d)? MiB taken of the 8 MiB /m);
  expect(shown.stdout).toMatch(/^warning {3}.*new ones are refused.*berth prune$/m);
  expect((await sandbox.berth(['host', 'doctor', 'local'])).stdout).toMatch(/warn {2}warning .*berth prune/);
  const pruned = await sandbox.berth(['prune', '--older-than', '0s', '--yes']);
  expect(pruned).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/removed 1 session, freed 9 MiB\n$/),
  });
  expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(0);
});

it('prune shows what would go, asks, and keeps work that is nowhere else', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const plain = await ended(sandbox, 'true', 'plain');
  const work = await ended(sandbox, 'git init -q . && echo 1 >new', 'work');
  await ended(sandbox, 'exit 1', 'failed');
  const rule = ['prune', '--older-than', '0s'];
  const dry = await sandbox.json(['prune', '--older-than', '0s', '--dry-run']);
  expect(dry).toMatchObject({
    dry_run: true,
    sessions: [{ session_id: plain, status: 'completed', bytes: expect.any(Number) }],
    kept: [
      { session_id: work, why: '1 file is not committed' },
      { name: 'failed', why: 'asks for you: error (berth ack)' },
    ],
  });
  // Without an answer nothing goes.
  expect(await sandbox.berth(rule)).toMatchObject({ code: 2, stderr: expect.stringMatching(/--yes/) });
  const terminal = sandbox.berthTerminal(rule, { columns: 160 });
  await terminal.waitForScreen(/remove 1 session for good \(.*\)\? \[y\/N\]/);
  terminal.type('y');
  terminal.press('Enter');
  expect(await terminal.waitForExit()).toBe(0);
  expect(readdirSync(sessionsDirectory(sandbox))).not.toContain(plain);
  expect((await sandbox.berth([...rule, '--all', '--yes'])).code).toBe(0);
  expect(existsSync(join(sessionsDirectory(sandbox), work))).toBe(false);
  expect(await sandbox.berth([...rule, '--yes'])).toMatchObject({
    code: 0,
    stdout: 'there is nothing to remove\n',
  });
});
