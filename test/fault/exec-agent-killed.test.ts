/** The agent dies under a command: the caller is told, nothing is run twice, nothing is left. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

it('ends the command and says so', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'sleep', '1000']);
  const runs = join(sandbox.dir, 'runs');
  const script = `echo $$ >>${runs}; echo up; sleep 1000; sleep 1000`;
  await using caller = sandbox.spawnBerth(['exec', 'work', 'sh', '-c', script]);
  await caller.waitForText(/up/);
  await agent.kill9();
  const { code, stderr } = await caller.finished;
  expect(code).toBe(3);
  expect(stderr).toMatch(/the command in sess-\S+ was ended with it\n {2}hint: /);
  const pids = readFileSync(runs, 'utf8').trim().split('\n');
  expect(pids).toHaveLength(1);
  await until(() => !existsSync(`/proc/${pids[0]}`), { what: 'the command has ended' });
});
