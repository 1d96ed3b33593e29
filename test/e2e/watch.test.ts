/** `berth watch` and `berth list --watch`: what happens on all hosts, each once, through whatever breaks. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BERTH } from '../support/programs.ts';
import { type Running, run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface SeenEvent {
  readonly host: string;
  readonly number: number;
  readonly session: string;
  readonly session_id: string;
  readonly kind: string;
  readonly status: string;
}

function eventsIn(text: string): SeenEvent[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as SeenEvent);
}

/** Waits until the watch printed the end of a session. */
async function sawEnd(watch: Running, session: string): Promise<void> {
  const ended = () =>
    eventsIn(watch.stdout).some(
      (e) => e.session_id === session && ['completed', 'failed'].includes(e.status),
    );
  await until(ended, { what: `the watch tells the end of ${session}`, deadlineMs: 45_000 });
}

function killMasters(sandbox: Sandbox): number {
  const directory = join(sandbox.runtimeDir, 'h');
  const files = readdirSync(directory).filter((name) => name.endsWith('.pid'));
  for (const file of files) process.kill(Number(readFileSync(join(directory, file), 'utf8')), 'SIGKILL');
  return files.length;
}

const runOn = (sandbox: Sandbox, host: string, ...argv: string[]) =>
  startedId(sandbox, ['start', '--json', '--host', host, '--', ...argv], {
    env: { BERTH_FANOUT_TIMEOUT: '15s' },
    timeoutMs: 45_000,
  });

it('tells the events of all hosts, gapless and each once, over kills of agents and ssh masters', async () => {
  await using sandbox = createSandbox();
  const names = ['dev', 'lab'];
  const agents = await Promise.all(names.map((name) => sandbox.startAgent({ name })));
  const sshds: TestSshd[] = [];
  for (const name of names) sshds.push(await TestSshd.start(sandbox, { name }));
  await using _dev = sshds[0] as TestSshd;
  await using _lab = sshds[1] as TestSshd;
  configureHosts(
    sandbox,
    sshds.map((sshd) => ({ sshd })),
  );
  const hosts = names.flatMap((name) => ['--host', name]);
  await using watch = sandbox.spawnBerth(['watch', '--json', '--since', '1h', ...hosts]);
  const both = async () => {
    const ids = await Promise.all(names.map((name) => runOn(sandbox, name, 'true')));
    for (const id of ids) await sawEnd(watch, id);
  };
  await both();
  await agents[0]?.restart();
  await both();
  expect(killMasters(sandbox)).toBe(2);
  await both();
  sshds[1]?.killConnections();
  await agents[1]?.kill9();
  await agents[1]?.restart();
  await both();
  watch.kill('SIGINT');
  const { code, stdout, stderr } = await watch.finished;
  expect(code).toBe(130);
  const seen = eventsIn(stdout);
  for (const name of names) {
    const numbers = seen.filter(({ host }) => host === name).map(({ number }) => number);
    expect(numbers.length).toBeGreaterThanOrEqual(12);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(stderr).toContain(`"host":"${name}","state":"connecting"`);
    expect(stderr).toContain(`"host":"${name}","state":"connected"`);
  }
}, 180_000);

it('goes on with a cursor where the last run ended, and tells what happened in between once', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const watch = async (...more: string[]) => {
    const args = ['watch', '--json', '--cursor', 'me', '--only', 'state', ...more];
    const { code, stdout } = await sandbox.berth(args);
    return { code, seen: eventsIn(stdout).map(({ number }) => number) };
  };
  const before = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  // Nothing happens in the first run: it notes where it began.
  expect(await watch('--timeout', '2s')).toEqual({ code: 124, seen: [] });
  expect((await sandbox.berth(['kill', before])).code).toBe(0);
  await agent.restart();
  const { code, seen: once } = await watch('--once');
  expect([code, once.length]).toEqual([0, 1]);
  await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const { seen: rest } = await watch('--timeout', '3s');
  const all = ['watch', '--json', '--only', 'state', '--since', '1h', '--timeout', '3s'];
  const everything = await sandbox.berth(all);
  expect(rest.length).toBeGreaterThanOrEqual(3);
  expect([1, 2, ...once, ...rest]).toEqual(eventsIn(everything.stdout).map(({ number }) => number));
  expect(await watch('--timeout', '2s')).toEqual({ code: 124, seen: [] });
});

it('starts over with a journal that was replaced, and says so', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  expect((await sandbox.berth(['watch', '--cursor', 'me', '--since', '1h', '--once'])).code).toBe(0);
  const file = join(sandbox.stateDir, 'cursors/me.json');
  const { hosts } = JSON.parse(readFileSync(file, 'utf8')) as {
    hosts: { local: { journal_id: string; number: number } };
  };
  expect(hosts.local).toMatchObject({ number: 1 });
  writeFileSync(file, JSON.stringify({ version: 1, hosts: { local: { journal_id: 'gone', number: 700 } } }));
  const again = await sandbox.berth(['watch', '--cursor', 'me', '--once', '--json']);
  expect(eventsIn(again.stdout)).toMatchObject([{ number: 1 }]);
  expect(again.stderr).toContain('{"gone":{"host":"local","oldest":1,"replaced":true}}');
  writeFileSync(file, 'not json');
  expect(await sandbox.berth(['watch', '--cursor', 'me', '--once'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/me\.json is damaged\n {2}hint: remove it/),
  });
});

it('runs a command per event, whose text it gets on standard input alone', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const name = '$(touch$IFS@owned);`touch$IFS@owned`';
  await startedId(sandbox, ['start', '--json', '--name', name, '--', 'true']);
  const command = 'cat >>events; env >>environment; exit 3';
  const { code, stdout, stderr } = await sandbox.berth(
    ['watch', '--since', '1h', '--only', 'state', '--timeout', '4s', '--exec', command],
    { cwd: sandbox.home },
  );
  expect(code).toBe(124);
  const events = eventsIn(readFileSync(join(sandbox.home, 'events'), 'utf8'));
  expect(events).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ session: name, status: 'completed' });
  expect(stdout.trim().split('\n')).toHaveLength(3);
  expect(stderr).toContain('--exec failed for event 1 of local: exit 3');
  expect(readFileSync(join(sandbox.home, 'environment'), 'utf8')).not.toContain('touch');
  expect(readdirSync(sandbox.home).some((file) => file.includes('owned'))).toBe(false);
});

it('loses nothing to a reader that is slow', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  for (let i = 0; i < 4; i++) await startedId(sandbox, ['start', '--json', '--', 'true']);
  const watch = `${BERTH.map((word) => `'${word}'`).join(' ')} watch --since 1h --json --timeout 5s`;
  const slow = `${watch} 2>/dev/null | while read -r line; do sleep 0.2; echo "$line"; done`;
  const { stdout } = await run(['bash', '-c', slow], { env: sandbox.env });
  const numbers = eventsIn(stdout).map(({ number }) => number);
  expect(numbers.length).toBeGreaterThanOrEqual(12);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

it('draws the list again in its place, on a terminal only', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const terminal = sandbox.berthTerminal(['list', '--watch']);
  await terminal.waitForScreen(new RegExp(`^SESSION +VM +STATUS.*\n${id} +local +running`));
  const second = await startedId(sandbox, ['start', '--json', '--name', 'two', '--', 'sleep', '1000']);
  await terminal.waitForScreen(new RegExp(`${second} +local +running[\\s\\S]*${id}`));
  expect((await sandbox.berth(['kill', id])).code).toBe(0);
  await terminal.waitForScreen(new RegExp(`${id} +local +killed`));
  expect(terminal.screen().match(/^SESSION /gm)).toHaveLength(1);
  terminal.press('C-c');
  expect(await terminal.waitForExit()).toBe(130);
  expect(terminal.screen()).toMatch(new RegExp(`${id} +local +killed`));
  expect(await sandbox.berth(['list', '--watch'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--watch draws a table on a terminal/),
  });
});
