/** A suspended session stands still, whatever becomes of the agent, and goes on where it stood. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdAt } from '../support/hold-at.ts';
import { createSandbox } from '../support/sandbox.ts';
import { sessionCalls } from '../support/session-calls.ts';
import { until } from '../support/until.ts';

/** Counts, by a program that the shell starts anew for each number, and in the background as well. */
const COUNTS = [
  ...['bash', '-c'],
  'setsid bash -c "while :; do echo x >>beside; sleep 0.02; done" & i=0; while :; do echo $((i+=1)); sleep 0.02; done',
];

function bytesIn(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

it('stops all of it, also across kills of the agent, and lets it go on', async () => {
  await using sandbox = createSandbox();
  const hooks = join(sandbox.dir, 'hooks');
  let kill = async () => {};
  using points = await holdAt(hooks, async (point) => {
    if (point.endsWith('.committed') && point !== 'start.committed') await kill();
  });
  const agent = await sandbox.startAgent({ env: { BERTHD_TEST_HOOKS: hooks } });
  kill = () => agent.restart();
  using calls = sessionCalls(agent.socket);
  const { id, workspace } = await calls.start({ requestId: 'start', argv: COUNTS });
  const transcript = join(sandbox.stateDir, 'sessions', id, 'transcript');
  /** Bytes of what it prints and of what its background job writes. */
  const printed = () => [transcript, join(workspace, 'beside')].map(bytesIn);
  const moves = () => {
    const before = printed();
    return until(() => printed().every((bytes, i) => bytes > (before[i] ?? 0)), { what: 'both go on' });
  };
  /** What was on its way to the transcript arrives; then nothing, in the time of a screenful. */
  const standsStill = () => {
    let last = '';
    const same = () => {
      const now = printed().join();
      const unchanged = now === last;
      last = now;
      return unchanged && now;
    };
    return until(same, { what: 'it stands still', everyMs: 500 });
  };
  await moves();

  const suspended = await calls.suspend({ requestId: 'suspend', session: id });
  expect(suspended).toMatchObject({ state: 'suspended', suspendRequestedAt: expect.any(Number) });
  const still = await standsStill();
  await agent.restart();
  expect(await calls.suspend({ requestId: 'suspend-2', session: id })).toMatchObject({ state: 'suspended' });
  expect(await standsStill()).toBe(still);
  // It is looked at meanwhile, and takes no input.
  expect((await sandbox.berth(['output', '--screen', id])).stdout).toMatch(/\d/);
  expect(await sandbox.berth(['send', id, 'hello'])).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/is suspended.*\n.*berth resume/),
  });

  const resumed = await calls.resume({ requestId: 'resume', session: id });
  expect(resumed).toMatchObject({ state: 'running', suspendRequestedAt: null });
  await moves();
  expect([...points.seen]).toEqual(expect.arrayContaining(['suspend.committed', 'resume.committed']));
  const numbers = readFileSync(transcript, 'utf8').trim().split('\r\n').slice(0, -1).map(Number);
  expect(numbers).toEqual(numbers.map((_number, i) => i + 1));
  // Asked again under the same id, what came after it is not undone.
  expect(await calls.suspend({ requestId: 'suspend', session: id })).toMatchObject({ state: 'running' });
});

it('ends by its signal, or its timeout, while it is suspended', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  using calls = sessionCalls(agent.socket);
  const argv = ['bash', '-c', 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.05; done'];
  const start = async (requestId: string, more: object) => {
    const { id } = await calls.start({ requestId, argv, ...more });
    const ready = async () => (await sandbox.berth(['output', id])).stdout.includes('ready');
    await until(ready, { what: 'it is ready' });
    await calls.suspend({ requestId: `${requestId}-suspend`, session: id });
    return id;
  };
  const killed = await start('a', {});
  expect(await calls.kill({ requestId: 'kill', session: killed })).toMatchObject({
    state: 'killed',
    exitCode: 5,
  });
  expect((await sandbox.berth(['output', killed])).stdout).toMatch(/bye/);
  await expect(calls.suspend({ requestId: 'late', session: killed })).rejects.toMatchObject({
    reason: 'SESSION_ENDED',
  });

  const limited = await start('b', { timeout: { seconds: 3n, nanos: 0 } });
  const end = async () => (await calls.list()).find(({ id }) => id === limited);
  await until(async () => (await end())?.state === 'failed', { what: 'its time ran out' });
  expect(await end()).toMatchObject({ failureReason: 'timeout', exitCode: 5, suspendRequestedAt: null });
});

it('holds a reservation for longer, and answers the same when asked again', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  using calls = sessionCalls(agent.socket);
  const { id, reservedUntil } = await calls.reserve({ requestId: 'r', ttl: { seconds: 60n, nanos: 0 } });
  const extend = (requestId: string, seconds: bigint) =>
    calls.extend({ requestId, session: id, ttl: { seconds, nanos: 0 } });
  expect((await extend('shorter', 1n)).reservedUntil).toBe(reservedUntil);
  const longer = await extend('longer', 600n);
  expect(longer.reservedUntil).toBeGreaterThan((reservedUntil ?? 0) + 500_000);
  await agent.restart();
  expect((await extend('longer', 600n)).reservedUntil).toBe(longer.reservedUntil);
  await expect(extend('longer', 500n)).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  await calls.kill({ requestId: 'k', session: id });
  await expect(extend('late', 60n)).rejects.toMatchObject({ reason: 'RESERVATION_EXPIRED' });
});
