/** Those who wait in line for a slot: in order, each once, whatever becomes of the agent. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isFinal } from '@berth/shared/domain/session-state';
import { expect, it } from 'vitest';
import { sharedMemoryDirectory } from '../../packages/agent/src/runtime-directory.ts';
import { holdAt } from '../support/hold-at.ts';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { sessionCalls } from '../support/session-calls.ts';
import { until } from '../support/until.ts';

const FOUR_SLOTS = ['--memory-capacity', '128M', '--default-slot', '32M'];
const ONE_SLOT = ['--memory-capacity', '32M', '--default-slot', '32M'];

/** A program that ends once the file `name` is there. */
const untilFile = (sandbox: Sandbox, name: string) => [
  ...['bash', '-c', 'until [ -e "$0" ]; do sleep 0.05; done'],
  join(sandbox.dir, name),
];

it('runs 12 that wait for 4 slots in their order, each once, through kills of the agent', async () => {
  await using sandbox = createSandbox();
  const hooks = join(sandbox.dir, 'hooks');
  const ran = join(sandbox.dir, 'ran');
  const fatal = new Set(['queue.taken', 'queue.admitted']);
  let kill = async () => {};
  using points = await holdAt(hooks, async (point) => {
    if (fatal.has(point)) await kill();
  });
  const agent = await sandbox.startAgent({ env: { BERTHD_TEST_HOOKS: hooks }, flags: FOUR_SLOTS });
  kill = () => agent.restart();
  using calls = sessionCalls(agent.socket);
  for (const i of [1, 2, 3, 4])
    await calls.start({ requestId: `first-${i}`, argv: untilFile(sandbox, 'go') });

  const order: string[] = [];
  for (let i = 1; i <= 12; i++) {
    const argv = ['bash', '-c', 'echo "$0" >>"$1"', String(i), ran];
    const request = { requestId: `waits-${i}`, argv, queue: true, name: `w${i}` };
    const session = await calls.start(request);
    expect(session).toMatchObject({ state: 'queued', queuePlace: i, startedAt: null });
    // Asked again it is the same.
    if (i % 5 === 0) expect((await calls.start(request)).id).toBe(session.id);
    order.push(session.id);
  }
  await agent.restart();
  const waiting = (await calls.list()).filter(({ state }) => state === 'queued');
  const places = new Map(waiting.map(({ id, queuePlace }) => [id, queuePlace]));
  expect(order.map((id) => places.get(id))).toEqual(order.map((_id, i) => i + 1));

  writeFileSync(join(sandbox.dir, 'go'), '');
  const all = await until(
    async () => {
      const sessions = await calls.list();
      return sessions.every(({ state }) => isFinal(state)) ? sessions : null;
    },
    { what: 'all sessions ended', deadlineMs: 45_000, everyMs: 100 },
  );
  expect([...points.seen]).toEqual(expect.arrayContaining([...fatal]));
  expect(all.map(({ state, detail }) => `${state} ${detail}`)).toEqual(Array(16).fill('completed '));
  const numbers = readFileSync(ran, 'utf8').trim().split('\n').map(Number);
  expect(numbers.sort((a, b) => a - b)).toEqual(order.map((_id, i) => i + 1));

  using events = new HostEvents(agent.socket);
  const { createdAt } = all[0] ?? { createdAt: 0 };
  expect(createdAt).toBeGreaterThan(0);
  await events.find(({ sessionId, fact }) => {
    const ended = fact.type === 'sessionChanged' && isFinal(fact.session.state);
    return ended && sessionId === order.at(-1);
  });
  const began = events.seen.filter(
    ({ fact }) =>
      fact.type === 'sessionChanged' && fact.session.state === 'starting' && fact.session.queuedAt,
  );
  expect(began.map(({ sessionId }) => sessionId)).toEqual(order);
});

it('lets nobody overtake, takes out who is killed, and waits while the host drains', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ONE_SLOT });
  using calls = sessionCalls(agent.socket);
  const holder = await calls.start({ requestId: 'holder', argv: untilFile(sandbox, 'go') });
  const start = (name: string, more: object = {}) =>
    calls.start({ requestId: name, name, argv: untilFile(sandbox, 'end'), queue: true, ...more });
  const first = await start('first');
  await start('second');
  const third = await start('third', { env: { TOKEN: 'hidden' } });

  const tooMuch = { memoryBytes: 64n * 1024n ** 2n };
  await expect(start('too-much', tooMuch)).rejects.toMatchObject({ reason: 'SLOT_EXHAUSTED' });
  await expect(start('first', { requestId: 'again' })).rejects.toMatchObject({ reason: 'NAME_TAKEN' });

  expect(await calls.kill({ requestId: 'kill', session: 'second' })).toMatchObject({
    state: 'killed',
    startedAt: null,
    queuedAt: expect.any(Number),
    detail: 'it waited in line and never ran',
  });
  const directory = join(
    sandbox.stateDir,
    'sessions',
    (await calls.list()).find(({ name }) => name === 'second')?.id ?? '',
  );
  await until(() => readdirSync(directory).join() === 'session.json', {
    what: 'what was laid out is removed',
  });
  await sandbox.berth(['session', 'third', 'last']);
  expect((await calls.list()).find(({ id }) => id === third.id)).toMatchObject({
    name: 'last',
    queuePlace: 2,
  });

  await sandbox.berth(['host', 'drain', 'local']);
  await expect(start('late')).rejects.toMatchObject({ reason: 'HOST_DRAINING' });
  writeFileSync(join(sandbox.dir, 'go'), '');
  const stateOf = async (id: string) => (await calls.list()).find((session) => session.id === id)?.state;
  await until(async () => isFinal((await stateOf(holder.id)) ?? 'queued'), { what: 'the holder ended' });
  await agent.restart();
  expect(await stateOf(first.id)).toBe('queued');
  // There is room, and it is not for who comes now.
  await sandbox.berth(['host', 'undrain', 'local']);
  await until(async () => (await stateOf(first.id)) === 'running', { what: 'the first one runs' });
  const refused = await sandbox.berth(['start', '--json', '--', 'true']);
  expect(JSON.parse(refused.stderr)).toMatchObject({
    error: { reason: 'SLOT_EXHAUSTED', message: expect.stringMatching(/1 session waits in line before it/) },
  });
  await expect(calls.reserve({ requestId: 'reserve' })).rejects.toMatchObject({
    values: { queued_sessions: '1' },
  });
});

it('is laid out anew after a reboot, but for what was passed in variables', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ONE_SLOT });
  using calls = sessionCalls(agent.socket);
  const holder = await calls.start({ requestId: 'holder', argv: untilFile(sandbox, 'go') });
  const argv = ['bash', '-c', 'echo "of $BERTH_SESSION_NAME in $PWD"'];
  const plain = await calls.start({ requestId: 'a', name: 'plain', argv, queue: true });
  const secret = await calls.start({ requestId: 'b', argv, env: { TOKEN: 'hidden' }, queue: true });

  await agent.stop();
  bootAnew(sandbox, [plain.id, secret.id]);
  await agent.restart();
  const state = async (id: string) => (await calls.list()).find((session) => session.id === id);
  await until(async () => (await state(secret.id))?.state === 'failed', {
    what: 'the one with variables has failed',
  });
  const failed = await state(secret.id);
  expect(failed).toMatchObject({ failureReason: 'start', queuedAt: secret.queuedAt });
  expect(failed?.detail).toMatch(/^the host was booted anew .* its variables \(TOKEN\) were in memory only$/);
  expect(await state(plain.id)).toMatchObject({ state: 'queued', queuePlace: 1 });

  await calls.kill({ requestId: 'kill', session: holder.id });
  await until(async () => (await state(plain.id))?.state === 'completed', { what: 'the plain one ran' });
  const { stdout } = await sandbox.berth(['output', plain.id]);
  expect(stdout).toMatch(`of plain in ${join(sandbox.stateDir, 'sessions', plain.id, 'workspace')}`);
});

/** As these sessions stand in the journal and on tmpfs after the machine was booted anew. */
function bootAnew(sandbox: Sandbox, ids: readonly string[]): void {
  using journal = new DatabaseSync(join(sandbox.stateDir, 'journal.db'));
  const before = journal.prepare(
    "UPDATE sessions SET record = json_set(record, '$.bootId', 'before') WHERE id = ?",
  );
  for (const id of ids) {
    before.run(id);
    const directories = [sandbox.runtimeDir, sharedMemoryDirectory(sandbox.runtimeDir)];
    const file = directories.map((directory) => join(directory, 'env', id)).find(existsSync);
    rmSync(file ?? 'no environment is there');
  }
}
