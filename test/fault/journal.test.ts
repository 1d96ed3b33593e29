/** The journal: damaged, owned by another, and its ids kept. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HostEvents } from '../support/host-events.ts';
import { BERTHD } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly sessions: readonly {
    session_id: string;
    status: string;
    exit_code: number | null;
    name: string;
  }[];
}

/** Every session of the host by id. */
async function listed(sandbox: Sandbox) {
  const { sessions } = await sandbox.json<Listed>(['list', '--all']);
  return Object.fromEntries(sessions.map((session) => [session.session_id, session]));
}

it('keeps a damaged journal aside, and rebuilds every session from files and sockets', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const running = await startedId(sandbox, ['start', '--json', '--name', 'alive', '--', 'sleep', '1000']);
  const failed = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', 'echo bye; exit 9']);
  const killed = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  expect((await sandbox.berth(['kill', killed])).code).toBe(0);
  await until(async () => (await listed(sandbox))[failed]?.status === 'failed', {
    what: 'the second one failed',
  });
  await agent.stop();
  const journal = join(sandbox.stateDir, 'journal.db');
  const garbage = Buffer.alloc(8192, 'damage');
  writeFileSync(journal, garbage);
  for (const suffix of ['-wal', '-shm']) rmSync(journal + suffix, { force: true });

  await agent.restart();
  const kept = readdirSync(sandbox.stateDir).find((name) => name.startsWith('journal.db.damaged-'));
  expect(kept).toBeDefined();
  expect(readFileSync(join(sandbox.stateDir, kept ?? ''))).toEqual(garbage);
  expect(agent.log).toContain(kept);
  const sessions = await listed(sandbox);
  expect(sessions[running]).toMatchObject({ status: 'running', name: 'alive' });
  expect(sessions[failed]).toMatchObject({ status: 'failed', exit_code: 9 });
  expect(sessions[killed]).toMatchObject({ status: 'killed' });
  expect((await sandbox.berth(['output', failed])).stdout).toBe('bye\n');
  const { stdout } = await sandbox.berth(['host', 'show', 'local']);
  expect(stdout).toContain(kept);
  // Ends that were told of before are no news.
  using events = new HostEvents(agent.socket);
  await events.find(({ fact }) => fact.type === 'hostNotice' && fact.reason === 'JOURNAL_REBUILT');
  const next = await startedId(sandbox, ['start', '--json', '--', 'true']);
  await events.find(({ sessionId, fact }) => sessionId === next && fact.type === 'attentionRaised');
  expect(events.seen.filter(({ fact }) => fact.type === 'attentionRaised')).toHaveLength(1);
}, 90_000);

it('refuses a second agent on the same state directory, and names it', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const second = await run([...BERTHD, 'serve', '--runtime-dir', join(sandbox.dir, 'other')], {
    env: sandbox.env,
  });
  expect(second).toMatchObject({ code: 7, stderr: expect.stringContaining(sandbox.stateDir) });
});

it('refuses a journal of a newer version and leaves it as it is', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await agent.stop();
  const journal = join(sandbox.stateDir, 'journal.db');
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(journal);
  db.exec('PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const before = readFileSync(journal);
  const next = await run([...BERTHD, 'serve'], { env: sandbox.env });
  expect(next).toMatchObject({ code: 6, stderr: expect.stringMatching(/version 999/) });
  expect(readFileSync(journal)).toEqual(before);
});

it('keeps the id of the host for good', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const hostId = async () => {
    const { id } = await sandbox.json<{ id: string }>(['host', 'show', 'local']);
    return id;
  };
  const first = await hostId();
  await agent.restart();
  expect(await hostId()).toBe(first);
  expect(readFileSync(join(sandbox.stateDir, 'host-id'), 'utf8')).toBe(`${first}\n`);
});
