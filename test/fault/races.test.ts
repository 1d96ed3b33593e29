/** Promises 1 and 2: many clients at once, and one request many times over, whatever the agent does. */
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';

interface Listed {
  readonly sessions: readonly { session_id: string; status: string; detail: string }[];
}

it('gives 4 slots to 4 of 50 clients that start at once, and refuses 46 clearly', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '128M', '--default-slot', '32M'] });
  const start = () => sandbox.berth(['start', '--json', '--', 'sleep', '1000'], { timeoutMs: 90_000 });
  const results = await Promise.all(Array.from({ length: 50 }, start));
  const codes = results.map(({ code }) => code).sort();
  expect(codes).toEqual([...Array(4).fill(0), ...Array(46).fill(5)]);
  for (const { code, stderr } of results) {
    if (code === 0) continue;
    const { error } = JSON.parse(stderr) as { error: { reason: string; message: string } };
    expect(error.reason).toBe('SLOT_EXHAUSTED');
    expect(error.message).toMatch(/0 B of 128 MiB free, 4 sessions hold the rest/);
  }
  const { sessions } = await sandbox.json<Listed>(['list']);
  expect(sessions.map(({ status, detail }) => `${status} ${detail}`)).toEqual(Array(4).fill('running '));
  const status = await sandbox.json<{ vms: Record<string, number>[] }>(['status']);
  expect(status.vms[0]).toMatchObject({
    memory_capacity_bytes: 128 * 2 ** 20,
    memory_reserved_bytes: 128 * 2 ** 20,
    active_sessions: 4,
    available_capacity: 0,
  });
}, 180_000);

it('makes one session of 20 tries under one request id, while the agent is killed again and again', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const start = () =>
    sandbox.berth(['start', '--json', '--request-id', 'the-same', '--', 'sleep', '1000'], {
      timeoutMs: 60_000,
    });
  const tries = Array.from({ length: 20 }, start);
  for (let round = 0; round < 4; round++) await agent.restart();
  const results = await Promise.all(tries);
  const ids = new Set(
    results
      .filter(({ code }) => code === 0)
      .map(({ stdout }) => (JSON.parse(stdout) as Listed).sessions[0]?.session_id),
  );
  expect(ids.size).toBe(1);
  const { sessions } = await sandbox.json<Listed>(['list', '--all']);
  expect(sessions).toHaveLength(1);
}, 180_000);

it('refuses a request id that was used for something else', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const start = (...argv: string[]) => sandbox.berth(['start', '--request-id', 'r1', '--', ...argv]);
  expect((await start('sleep', '1000')).code).toBe(0);
  expect(await start('sleep', '2000')).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/used for another request/),
  });
});
