/** The flags of `berth rm`, `prune` and `logs`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { startedId } from '../../support/started.ts';

/** What an agent that is dead now has left: one line an hour ago, two of a moment ago. */
function withLog(): Sandbox {
  const sandbox = createSandbox();
  mkdirSync(sandbox.stateDir, { recursive: true });
  const line = (msg: string, ago: number) =>
    JSON.stringify({ level: 30, time: new Date(Date.now() - ago).toISOString(), program: 'berthd', msg });
  const lines = [line('old', 3_600_000), line('new', 1000), 'Error: \u001b[31mit broke', ''];
  writeFileSync(join(sandbox.stateDir, 'berthd.log'), lines.join('\n'));
  return sandbox;
}

/** Statuses of what would go. */
async function dry(sandbox: Sandbox, ...flags: string[]): Promise<string[]> {
  const told = await sandbox.json<{ sessions: { status: string }[] }>(['prune', '--dry-run', ...flags]);
  return told.sessions.map(({ status }) => status);
}

/** `at`: an agent with a session that is done, among others. */
export const keptFlags = (at: () => Sandbox): Record<string, () => Promise<void>> => ({
  'rm --force': async () => {
    const id = await startedId(at(), ['start', '--json', '--', 'sleep', '1000']);
    expect((await at().berth(['rm', id])).code).toBe(7);
    expect((await at().berth(['rm', id, '--force'])).code).toBe(0);
    expect((await at().berth(['rm', id, '--force'])).code).toBe(4);
  },
  'prune --older-than': async () => {
    expect(await dry(at())).toEqual([]);
    expect(await dry(at(), '--older-than', '0s')).toContainEqual('completed');
    const setting = { env: { BERTH_PRUNE_OLDER_THAN: '1ms' } };
    expect((await at().berth(['prune', '--dry-run'], setting)).stdout).toMatch(/^\d+ sessions? to remove/m);
    expect((await at().berth(['prune', '--older-than', 'long'])).code).toBe(2);
  },
  'prune --all': async () => {
    await at().berth(['start', '--wait', '--', 'false']);
    expect(await dry(at(), '--older-than', '0s')).not.toContain('failed');
    expect(await dry(at(), '--older-than', '0s', '--all')).toContain('failed');
  },
  'prune --status': async () => {
    const only = new Set(await dry(at(), '--older-than', '0s', '--all', '--status', 'completed,lost'));
    expect([...only]).toEqual(['completed']);
    expect((await at().berth(['prune', '--status', 'running'])).code).toBe(2);
  },
  'prune --host': async () => {
    expect(await dry(at(), '--older-than', '0s', '--host', 'local')).toContain('completed');
    expect((await at().berth(['prune', '--host', 'nowhere'])).code).toBe(4);
  },
  'prune --keep': async () => {
    const all = await dry(at(), '--older-than', '0s', '--all');
    expect(await dry(at(), '--older-than', '0s', '--all', '--keep', '1')).toHaveLength(all.length - 1);
    expect((await at().berth(['prune', '--keep', 'some'])).code).toBe(2);
  },
  'prune --dry-run': async () => {
    const before = await dry(at(), '--older-than', '0s');
    const { stdout } = await at().berth(['prune', '--older-than', '0s', '--dry-run', '--yes']);
    expect(stdout).toMatch(/^\d+ sessions? to remove: /m);
    expect(await dry(at(), '--older-than', '0s')).toEqual(before);
  },
  'prune --yes': async () => {
    expect((await at().berth(['prune', '--older-than', '0s'])).code).toBe(2);
    expect((await at().berth(['prune', '--older-than', '0s', '--status', 'lost', '--yes'])).code).toBe(0);
  },
  'logs --lines': async () => {
    await using sandbox = withLog();
    expect((await sandbox.berth(['logs', '--lines', '2'])).stdout).toMatch(
      /^\d\d:\d\d:\d\d info {2}new\nError: it broke\n$/,
    );
    expect((await sandbox.berth(['logs', '--lines', '1', '--json'])).stdout).toBe(
      `${JSON.stringify({ msg: 'Error: \u001b[31mit broke' })}\n`,
    );
    expect((await sandbox.berth(['logs', '--lines', 'all'])).code).toBe(2);
    await using bare = createSandbox();
    expect(await bare.berth(['logs'])).toMatchObject({ code: 4, stdout: '' });
  },
  'logs --since': async () => {
    await using sandbox = withLog();
    expect((await sandbox.berth(['logs', '--since', '30m'])).stdout).toMatch(/^\S+ info {2}new\nError: /);
    expect((await sandbox.berth(['logs', '--since', '2h'])).stdout).toMatch(/info {2}old\n/);
    expect((await sandbox.berth(['logs', '--since', 'ever'])).code).toBe(2);
  },
  'logs --follow': async () => {
    await using sandbox = withLog();
    await using follower = sandbox.spawnBerth(['logs', '--follow', '--lines', '1']);
    await follower.waitForText(/it broke/);
    writeFileSync(join(sandbox.stateDir, 'berthd.log'), '{"level":40,"msg":"later"}\n', { flag: 'a' });
    await follower.waitForText(/warn {2}later/);
    follower.child.kill('SIGINT');
    expect((await follower.finished).code).toBe(130);
  },
});
