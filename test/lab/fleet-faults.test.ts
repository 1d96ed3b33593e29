/** Promise: a host that is dead, frozen or slow costs its own row, and nothing of the others'. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { BadLine } from '../support/bad-line.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly sessions: readonly {
    session_id: string;
    vm_name: string;
    status: string;
    prompt: string;
    stale_since: string | null;
  }[];
  readonly hosts: readonly { name: string; state: string; age_ms: number | null; error: string | null }[];
}

const PATIENT = { BERTH_FANOUT_TIMEOUT: '20s' };

/** `good`, `frozen` and `slow` behind a real sshd each, and `hole`, which accepts and never answers. */
async function fourHosts() {
  const stack = new AsyncDisposableStack();
  const sandbox = stack.use(createSandbox());
  const agents = {} as Record<'good' | 'frozen' | 'slow', TestAgent>;
  const ids = {} as Record<'good' | 'frozen' | 'slow', string>;
  const sshds: Record<string, TestSshd> = {};
  for (const name of ['good', 'frozen', 'slow'] as const) {
    agents[name] = await sandbox.startAgent({ name });
    sshds[name] = stack.use(await TestSshd.start(sandbox, { name }));
  }
  const hole = stack.use(await BadLine.swallowing('hole'));
  const slow = stack.use(await BadLine.slow(sshds.slow as TestSshd, 40));
  configureHosts(sandbox, [
    { sshd: hole.address },
    { sshd: sshds.frozen as TestSshd },
    { sshd: slow.address },
    { sshd: sshds.good as TestSshd },
  ]);
  for (const name of ['good', 'frozen', 'slow'] as const) {
    const args = ['start', '--json', '--host', name, '--', 'sleep', '1000'];
    ids[name] = await startedId(sandbox, args, { env: PATIENT, timeoutMs: 60_000 });
  }
  stack.defer(() => void process.kill(agents.frozen.pid, 'SIGCONT'));
  return { sandbox, agents, ids, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('lists the living, and shows what was known of the others', async () => {
  await using fleet = await fourHosts();
  const { sandbox, agents, ids } = fleet;
  // Heard once of all but the hole.
  const first = await sandbox.berth(['list', '--remote'], {
    env: { BERTH_FANOUT_TIMEOUT: '8s' },
    timeoutMs: 60_000,
  });
  expect(first.stdout).toContain(ids.frozen);
  const directory = join(sandbox.dir, 'cache/berth/fleet');
  expect(readdirSync(directory).sort()).toEqual(['frozen.json', 'good.json', 'slow.json']);
  for (const file of readdirSync(directory)) {
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, file), 'utf8')).not.toContain('sleep');
  }

  process.kill(agents.frozen.pid, 'SIGSTOP');
  const env = { BERTH_FANOUT_TIMEOUT: '3s' };
  const text = await sandbox.berth(['list', '--remote'], { env, timeoutMs: 60_000 });
  expect(text.code).toBe(0);
  for (const id of Object.values(ids)) expect(text.stdout).toContain(id);
  expect(text.stderr).toMatch(/host frozen: unreachable: .*; showing what was known \d\d:\d\d:\d\d/);
  expect(text.stderr).toMatch(/host hole: unreachable: [^;]*\n/);
  const { code, stdout } = await sandbox.berth(['list', '--remote', '--json'], { env, timeoutMs: 60_000 });
  expect(code).toBe(0);
  const listed = JSON.parse(stdout) as Listed;
  const row = (id: string) => listed.sessions.find(({ session_id }) => session_id === id);
  expect(row(ids.good)).toMatchObject({ vm_name: 'good', status: 'running', stale_since: null });
  expect(row(ids.slow)).toMatchObject({ vm_name: 'slow', stale_since: null, prompt: 'sleep 1000' });
  expect(row(ids.frozen)).toMatchObject({ vm_name: 'frozen', status: 'running', prompt: '' });
  expect(Date.parse(row(ids.frozen)?.stale_since ?? '')).toBeGreaterThan(0);
  const states = Object.fromEntries(listed.hosts.map(({ name, state }) => [name, state]));
  expect(states).toEqual({ hole: 'unreachable', frozen: 'unreachable', slow: 'online', good: 'online' });
  expect(listed.hosts.find(({ name }) => name === 'frozen')?.age_ms).toBeGreaterThan(0);

  // Who names an id waits for nobody but its host.
  const shown = await sandbox.berth(['show', ids.good], {
    env: { BERTH_FANOUT_TIMEOUT: '10m', BERTH_CONNECT_TIMEOUT: '10m' },
  });
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(ids.good) });

  // On a terminal the living are there while the others are still waited for.
  const terminal = sandbox.berthTerminal(['list', '--remote'], {
    env: { BERTH_FANOUT_TIMEOUT: '6s' },
    columns: 200,
  });
  await terminal.waitForScreen(/waiting for .*hole/, { deadlineMs: 30_000 });
  expect(terminal.screen()).toContain(ids.good);
  expect(terminal.screen()).not.toContain(ids.frozen);
  await terminal.waitForScreen(/host hole: unreachable/, { deadlineMs: 30_000 });
  const screen = terminal.screen();
  expect(screen).not.toContain('waiting for');
  expect(screen.indexOf(ids.frozen)).toBeGreaterThan(screen.indexOf(ids.good));
  expect(screen.match(/^SESSION /gm)).toHaveLength(1);
}, 180_000);

it('watches the others while one is frozen and one is dead, and tells what a frozen one did once it is back', async () => {
  await using fleet = await fourHosts();
  const { sandbox, agents, ids } = fleet;
  await using watch = sandbox.spawnBerth(['watch', '--json', '--only', 'state'], {
    env: { BERTH_CONNECT_TIMEOUT: '5s' },
  });
  const told = (
    what: (event: { host: string; session_id: string; status: string; number: number }) => boolean,
  ) =>
    watch.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(what);
  const killed = (id: string) => told((event) => event.session_id === id && event.status === 'killed');
  const linked = (host: string, state: string) =>
    until(
      () => watch.stderr.split('\n').some((line) => line.includes(`"host":"${host}","state":"${state}"`)),
      {
        what: `${host} is ${state}`,
        deadlineMs: 60_000,
      },
    );
  await linked('hole', 'unreachable');
  const kill = (id: string, host: string) =>
    sandbox.berth(['kill', `${host}:${id}`, '--grace', '1s'], { env: PATIENT, timeoutMs: 60_000 });
  const extra = await startedId(sandbox, ['start', '--json', '--host', 'frozen', '--', 'sleep', '1000'], {
    env: PATIENT,
    timeoutMs: 60_000,
  });
  await until(() => told((event) => event.session_id === extra).length >= 2, {
    what: 'the frozen one is watched',
    deadlineMs: 60_000,
  });
  process.kill(agents.frozen.pid, 'SIGSTOP');
  // Streams of frozen agents stay open: only what is asked and not answered tells.
  await linked('frozen', 'unreachable');
  expect((await kill(ids.good, 'good')).code).toBe(0);
  expect((await kill(ids.slow, 'slow')).code).toBe(0);
  await until(() => killed(ids.good).length === 1 && killed(ids.slow).length === 1, {
    what: 'the ends on the living hosts are told',
    deadlineMs: 60_000,
  });
  process.kill(agents.frozen.pid, 'SIGCONT');
  await linked('frozen', 'connected');
  expect((await kill(ids.frozen, 'frozen')).code).toBe(0);
  await until(() => killed(ids.frozen).length === 1, { what: 'its end is told', deadlineMs: 60_000 });
  watch.kill('SIGINT');
  expect((await watch.finished).code).toBe(130);
  const numbers = told(({ host }) => host === 'frozen').map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
}, 240_000);

/** Runs `first` instead of ssh the first time a master is asked for; logs each such time. */
function firstMaster(sandbox: Sandbox, first: string) {
  const [script, log] = [join(sandbox.dir, 'ssh'), join(sandbox.dir, 'masters')];
  const master = `echo $$ >>${log}; if [ $(wc -l <${log}) = 1 ]; then ${first}; fi`;
  writeFileSync(script, `#!/bin/bash\ncase " $* " in *" -M "*) ${master};; esac\nexec /usr/bin/ssh "$@"\n`);
  chmodSync(script, 0o755);
  const env = (fanOut: string) => ({
    BERTH_SSH: script,
    BERTH_FANOUT_TIMEOUT: fanOut,
    BERTH_CONNECT_TIMEOUT: '4s',
  });
  return { env, pids: () => readFileSync(log, 'utf8').trim().split('\n').map(Number) };
}

it.each([
  ['is slow to connect goes on without its client, and serves the next', 'sleep 2', 1],
  ['never connects is ended in its time, and another takes its place', 'exec -a "$*" sleep 1000', 2],
])(
  'an ssh that %s',
  async (_what, first, masters) => {
    await using sandbox = createSandbox();
    await sandbox.startAgent({ name: 'dev' });
    await using sshd = await TestSshd.start(sandbox, { name: 'dev' });
    configureHosts(sandbox, [{ sshd }]);
    const ssh = firstMaster(sandbox, first);
    const list = (fanOut: string) =>
      sandbox.berth(['list', '--host', 'dev'], { env: ssh.env(fanOut), timeoutMs: 60_000 });
    expect(await list('1s')).toMatchObject({ code: 3, stderr: expect.stringMatching(/within 1 s/) });
    expect(await list('40s')).toMatchObject({ code: 0, stderr: '' });
    expect(ssh.pids()).toHaveLength(masters);
  },
  90_000,
);
