/** Promises 3 and 4: the agent dies by SIGKILL under a reader, a writer and a session that ends meanwhile. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

/** Prints N lines, each once the file `go` has room for it: the test sets the pace. */
const PACED = (go: string, lines: number) =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i"; [ $((i % 1000)) = 0 ] && until [ -e ${go}.$((i / 1000)) ]; do sleep 0.01; done; done; exit 4`;

it('shows a follower every byte once, and the true end, across kills of the agent', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const go = join(sandbox.dir, 'go');
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', PACED(go, 5000)]);
  await using follower = sandbox.spawnBerth(['output', id, '--follow', '--raw', '--since-offset', '0']);
  for (const thousand of [1, 2, 3, 4, 5]) {
    await follower.waitForText(new RegExp(`line ${thousand}000\r`));
    await agent.kill9();
    // The session goes on while nobody looks after it.
    writeFileSync(`${go}.${thousand}`, '');
    await agent.restart();
  }
  const { stdout, code } = await follower.finished;
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index + 1}\r\n`);
  expect(stdout).toBe(lines.join(''));
  expect(code).toBe(0);
  const { sessions } = await sandbox.json<{ sessions: { status: string; exit_code: number }[] }>(['list']);
  expect(sessions).toMatchObject([{ status: 'failed', exit_code: 4 }]);
}, 120_000);

it('tells the true exit code and time of a session that ended while the agent was down', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const go = join(sandbox.dir, 'go');
  const script = `until [ -e ${go} ]; do sleep 0.01; done; echo last words; exit 7`;
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
  await agent.kill9();
  writeFileSync(go, '');
  const exit = join(sandbox.stateDir, 'sessions', id, 'exit');
  await until(() => existsSync(exit), { what: 'the wrapper recorded the end' });
  const between = Date.now();
  await agent.restart();
  const { sessions } = await sandbox.json<{ sessions: Record<string, unknown>[] }>(['list']);
  expect(sessions).toMatchObject([{ session_id: id, status: 'failed', exit_code: 7 }]);
  expect(Date.parse(String(sessions[0]?.ended_at))).toBeLessThanOrEqual(between);
  expect((await sandbox.berth(['output', id])).stdout).toBe('last words\n');
}, 60_000);

it('leaves a session unharmed and an attached terminal working', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const typed = join(sandbox.dir, 'typed');
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', `stty -echo; cat >${typed}`]);
  const terminal = sandbox.berthTerminal(['attach', id]);
  const expected: string[] = [];
  const type = (text: string) => {
    expected.push(text);
    terminal.type(text);
    terminal.press('Enter');
  };
  type('before');
  await until(() => readFileSync(typed, 'utf8').includes('before'), { what: 'the first line arrived' });
  for (const round of [1, 2, 3]) {
    await agent.kill9();
    type(`typed while the agent was down ${round}`);
    await agent.restart();
    type(`typed after ${round}`);
    await until(() => readFileSync(typed, 'utf8').includes(`typed after ${round}`), {
      what: `the lines of round ${round} arrived`,
      deadlineMs: 20_000,
    });
  }
  expect(readFileSync(typed, 'utf8')).toBe(`${expected.join('\n')}\n`);
}, 120_000);

it('delivers 100 MB to a follower, whole', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const last = 12_000_000;
  const id = await startedId(sandbox, ['start', '--json', '--', 'seq', '1', String(last)]);
  const followed = createHash('sha256');
  await using follower = sandbox.spawnBerth(['output', id, '--follow', '--raw', '--since-offset', '0']);
  const { code } = await follower.finished;
  followed.update(follower.bytes);
  const expected = createHash('sha256');
  for (let from = 1; from <= last; from += 100_000) {
    let text = '';
    for (let n = from; n < from + 100_000; n++) text += `${n}\r\n`;
    expected.update(text);
  }
  expect(code).toBe(0);
  expect(follower.bytes.length).toBeGreaterThan(100 * 1024 * 1024);
  expect(followed.digest('hex')).toBe(expected.digest('hex'));
}, 180_000);
