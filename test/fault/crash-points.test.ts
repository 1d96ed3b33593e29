/** The agent is killed exactly between two steps of a call: nothing is lost, doubled or left behind. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdAt } from '../support/hold-at.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly sessions: readonly { session_id: string; status: string }[];
}

it.each(['start.staged', 'start.committed'])('a kill at %s makes one session in the end', async (fatal) => {
  await using sandbox = createSandbox();
  const hooks = join(sandbox.dir, 'hooks');
  let kill = async () => {};
  using points = await holdAt(hooks, async (point) => {
    if (point === fatal) await kill();
  });
  const agent = await sandbox.startAgent({ env: { BERTHD_TEST_HOOKS: hooks } });
  kill = () => agent.restart();
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  expect(points.seen).toContain(fatal);
  const { sessions } = await sandbox.json<Listed>(['list', '--all']);
  expect(sessions).toMatchObject([{ session_id: id, status: 'running' }]);
  // What the first try had staged was swept.
  const kept = readdirSync(join(sandbox.stateDir, 'sessions'));
  expect(kept).toEqual([id]);
});

it('a kill of the agent right after a kill was committed still ends the session', async () => {
  await using sandbox = createSandbox();
  const hooks = join(sandbox.dir, 'hooks');
  let kill = async () => {};
  using _points = await holdAt(hooks, async (point) => {
    if (point === 'kill.committed') await kill();
  });
  const agent = await sandbox.startAgent({ env: { BERTHD_TEST_HOOKS: hooks } });
  kill = () => agent.restart();
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  expect((await sandbox.berth(['kill', id])).code).toBe(0);
  const { sessions } = await sandbox.json<Listed>(['list', '--all']);
  expect(sessions).toMatchObject([{ session_id: id, status: 'killed' }]);
  expect(existsSync(join(sandbox.runtimeDir, 't', id))).toBe(false);
});

it('a kill between the removal of a session and that of its files leaves neither', async () => {
  await using sandbox = createSandbox();
  const hooks = join(sandbox.dir, 'hooks');
  let kill = async () => {};
  using points = await holdAt(hooks, async (point) => {
    if (point === 'delete.committed') await kill();
  });
  const agent = await sandbox.startAgent({ env: { BERTHD_TEST_HOOKS: hooks } });
  const script = 'head -c 2M /dev/urandom >big';
  const id = await startedId(sandbox, ['start', '--json', '--wait', '--', 'bash', '-c', script]);
  const kept = () => readdirSync(join(sandbox.stateDir, 'sessions'));
  expect(kept()).toEqual([id]);
  kill = () => agent.restart();
  // The client asks again under the same id, and is told what the first try freed.
  const { stdout, code } = await sandbox.berth(['rm', id]);
  expect(points.seen).toContain('delete.committed');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/freed 2 MiB: /) });
  await until(() => kept().length === 0, { what: 'its files are gone' });
  expect(await sandbox.json<Listed>(['list', '--all'])).toMatchObject({ sessions: [] });
});
