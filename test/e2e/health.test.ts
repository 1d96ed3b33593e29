/** Health and metrics of a real agent: over HTTP, by `berthd health`, by grpc.health.v1, to systemd. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { BERTHD } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const FLAGS = ['--http-port', '0', '--memory-capacity', '8G', '--default-slot', '1G'];

function portOf(agent: TestAgent): number {
  return Number(agent.logEntries.findLast((entry) => typeof entry.port === 'number')?.port);
}

function get(port: number, path: string, host = '127.0.0.1') {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const call = request({ port, path, host: '127.0.0.1', headers: { host } }, (answer) => {
      const type = String(answer.headers['content-type']);
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, type, body }), reject);
    });
    call.once('error', reject).end();
  });
}

/** Each sample by its name and labels; throws at a line that is not of the text format. */
async function metrics(port: number): Promise<Record<string, number>> {
  const { body } = await get(port, '/metrics');
  const samples: Record<string, number> = {};
  for (const line of body.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) berth_\w+ ./.test(line)) continue;
    const sample = /^(berth_\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) ([\d.e+-]+)$/.exec(line);
    if (!sample?.[1]) throw new Error(`not a sample: ${line}`);
    samples[sample[1]] = Number(sample[2]);
  }
  return samples;
}

const health = (sandbox: Sandbox, ...flags: string[]) =>
  run([...BERTHD, 'health', ...flags], { env: sandbox.env });

function ready(port: number, what: string, expected: { status: number; body: RegExp }) {
  const holds = async () => {
    const { status, body } = await get(port, '/readyz');
    return status === expected.status && expected.body.test(body);
  };
  return until(holds, { what, deadlineMs: 20_000 });
}

it('answers on its three paths, and counts sessions and calls', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: FLAGS });
  const port = portOf(agent);
  expect(await get(port, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  await ready(port, 'ready', { status: 200, body: /^ok\n$/ });
  const before = await metrics(port);
  expect(before).toMatchObject({
    'berth_sessions{state="running"}': 0,
    berth_slots_held: 0,
    berth_memory_capacity_bytes: 8 * 1024 ** 3,
    berth_memory_held_bytes: 0,
    'berth_build_info{version="0.1.0"}': 1,
  });
  const args = [
    '--name',
    'secret-name',
    '--env',
    'TOKEN=secret-value',
    '--',
    'bash',
    '-c',
    'sleep 1000 # secret',
  ];
  const id = await startedId(sandbox, ['start', '--json', ...args]);
  expect((await sandbox.berth(['start', '--name', 'secret-name', '--', 'true'])).code).toBe(7);
  const after = await metrics(port);
  expect(after).toMatchObject({
    'berth_sessions{state="running"}': 1,
    berth_slots_held: 1,
    berth_memory_held_bytes: 1024 ** 3,
    berth_event_lag_seconds: 0,
  });
  expect(after.berth_journal_commit_seconds_count).toBeGreaterThan(
    before.berth_journal_commit_seconds_count ?? 0,
  );
  const calls = (code: string) =>
    Object.entries(after).filter(
      ([name, count]) =>
        name.startsWith('berth_rpc_duration_seconds_count{') && name.includes(code) && count > 0,
    );
  expect(calls('code="OK"').map(([name]) => name)).toContainEqual(expect.stringContaining('Start'));
  expect(calls('code="ALREADY_EXISTS"')).not.toEqual([]);
  const { body, type } = await get(port, '/metrics');
  expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(body).not.toMatch(/secret/);
  expect(body).not.toContain(id);
  expect((await sandbox.berth(['kill', id])).code).toBe(0);
  await until(async () => (await metrics(port))['berth_sessions{state="killed"}'] === 1, { what: 'killed' });
});

it('counts terminals that are attached', async () => {
  await using sandbox = createSandbox();
  const port = portOf(await sandbox.startAgent({ flags: FLAGS }));
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
  const terminal = sandbox.berthTerminal(['attach', 'one']);
  await terminal.waitForScreen(/ready/);
  expect((await metrics(port)).berth_attached_clients).toBe(1);
  await terminal[Symbol.asyncDispose]();
  await until(async () => (await metrics(port)).berth_attached_clients === 0, { what: 'detached' });
});

it('listens on loopback alone, for programs of this machine alone', async () => {
  await using sandbox = createSandbox();
  const port = portOf(await sandbox.startAgent({ flags: FLAGS }));
  for (const host of ['evil.example', `127.0.0.1.evil.example:${port}`, 'localhost.evil.example']) {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect(await get(port, path, host)).toMatchObject({ status: 403, body: 'unknown host\n' });
    }
  }
  expect(await get(port, '/healthz', `localhost:${port}`)).toMatchObject({ status: 200 });
  const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const others = outside.filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const address of ['127.0.0.2', ...others.map((other) => other.address)]) {
    const connected = new Promise((resolve, reject) => {
      const connection = connect(port, address);
      connection.once('error', reject).once('connect', () => resolve(connection.destroy()));
    });
    await expect(connected).rejects.toThrow(/ECONNREFUSED/);
  }
});

it('serves without HTTP where none is asked for, or where the port is taken, and says so', async () => {
  await using sandbox = createSandbox();
  const first = await sandbox.startAgent({ flags: FLAGS });
  const taken = String(portOf(first));
  const second = await sandbox.startAgent({ name: 'other', env: { BERTHD_HTTP_PORT: taken } });
  expect(second.log).toMatch(/no health and metrics over HTTP: .*EADDRINUSE/);
  const third = await sandbox.startAgent({ name: 'third' });
  expect(portOf(third)).toBeNaN();
  for (const port of ['65536', '-1', 'http', '80.5']) {
    expect(await run([...BERTHD, 'serve', '--http-port', port], { env: sandbox.env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--http-port .* is no port|argument/),
    });
  }
}, 90_000);

it('tells by berthd health whether the agent is well, and by its exit code', async () => {
  await using sandbox = createSandbox();
  expect(await health(sandbox)).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^unhealthy: no agent/),
  });
  const agent = await sandbox.startAgent({ flags: FLAGS });
  await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  expect(await health(sandbox)).toMatchObject({
    code: 0,
    stdout: 'healthy: berthd 0.1.0, 1 session, 1 GiB of 8 GiB held\n',
    stderr: '',
  });
  const told = await health(sandbox, '--json');
  expect(told.code).toBe(0);
  expect(JSON.parse(told.stdout)).toMatchObject({
    healthy: true,
    version: '0.1.0',
    sessions: 1,
    held_bytes: 1024 ** 3,
    capacity_bytes: 8 * 1024 ** 3,
    checks: ['event-loop', 'journal', 'tmux', 'socket'].map((name) => ({ name, ok: true })),
  });
  process.kill(agent.pid, 'SIGSTOP');
  try {
    expect(await health(sandbox)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/no answer within 3 s/),
    });
  } finally {
    process.kill(agent.pid, 'SIGCONT');
  }
  await agent.stop();
  const gone = await health(sandbox, '--json');
  expect(gone.code).toBe(3);
  expect(JSON.parse(gone.stdout)).toMatchObject({ healthy: false, reachable: false, version: null });
  expect(await run([...BERTHD, 'version', '--json'], { env: sandbox.env })).toMatchObject({ code: 2 });
});

it('names a journal that cannot be written, everywhere, and is well again after', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: FLAGS });
  const port = portOf(agent);
  const db = new DatabaseSync(join(sandbox.stateDir, 'journal.db'));
  try {
    db.exec('BEGIN IMMEDIATE');
    await ready(port, 'the journal fails', { status: 503, body: /^journal: .*locked\n$/ });
    expect(await get(port, '/healthz')).toMatchObject({ status: 200 });
    await until(async () => (await health(sandbox)).code === 1, { what: 'unhealthy', deadlineMs: 30_000 });
    expect((await health(sandbox)).stdout).toMatch(/^unhealthy: journal: .*locked\n$/);
    const { checks } = JSON.parse((await health(sandbox, '--json')).stdout) as { checks: unknown };
    expect(checks).toContainEqual({ name: 'journal', ok: false, detail: expect.stringMatching(/locked/) });
    expect(checks).toContainEqual({ name: 'socket', ok: true, detail: '' });
  } finally {
    db.close();
  }
  await ready(port, 'the journal works', { status: 200, body: /^ok\n$/ });
  await until(async () => (await health(sandbox)).code === 0, { what: 'healthy', deadlineMs: 30_000 });
  const failures = agent.logEntries.filter(({ msg }) => msg === 'a health check failed');
  expect(failures).toMatchObject([{ check: 'journal', detail: expect.stringMatching(/locked/) }]);
}, 90_000);

it.runIf(process.getuid?.() === 0)('is not ready on a full disk, and says which check failed', async () => {
  await using sandbox = createSandbox();
  const state = join(sandbox.dir, 'small');
  mkdirSync(state);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'tmpfs', state]);
  try {
    const agent = await sandbox.startAgent({ env: { XDG_STATE_HOME: state }, flags: FLAGS });
    const port = portOf(agent);
    const ballast = join(state, 'ballast');
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' });
    } catch {
      // It ends when the disk is full: that is the point.
    }
    await ready(port, 'a full disk', { status: 503, body: /^journal: cannot write the journal: .*full\n$/ });
    rmSync(ballast);
    await ready(port, 'room again', { status: 200, body: /^ok\n$/ });
    await agent.stop();
  } finally {
    execFileSync('umount', ['-l', state]);
  }
});

it('names a session whose tmux hangs', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: FLAGS });
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const socket = join(sandbox.runtimeDir, 't', id);
  const pid = Number(execFileSync('tmux', ['-S', socket, 'display', '-p', '#{pid}'], { encoding: 'utf8' }));
  process.kill(pid, 'SIGSTOP');
  try {
    const body = new RegExp(`^tmux: the tmux server of ${id} does not answer: .*\n$`);
    await ready(portOf(agent), 'tmux hangs', { status: 503, body });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await ready(portOf(agent), 'tmux answers', { status: 200, body: /^ok\n$/ });
});

it("feeds systemd's watchdog while it is well, and only then", async () => {
  await using sandbox = createSandbox();
  const bin = join(sandbox.dir, 'bin');
  const told = join(sandbox.dir, 'told');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\nprintf '%s\\n' "$*" >>${told}\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const PATH = `${bin}:${sandbox.env.PATH}`;
  const env = { PATH, NOTIFY_SOCKET: join(sandbox.dir, 'notify'), WATCHDOG_USEC: '2000000' };
  const agent = await sandbox.startAgent({ env, flags: FLAGS });
  const port = portOf(agent);
  const lines = () => (existsSync(told) ? readFileSync(told, 'utf8').split('\n') : []);
  const pings = () => lines().filter((line) => line === '-- WATCHDOG=1').length;
  await until(() => pings() >= 2, { what: 'two pings' });
  expect(lines()).toContain('-- STATUS=0 sessions, 0 B of 8 GiB held');
  const db = new DatabaseSync(join(sandbox.stateDir, 'journal.db'));
  try {
    db.exec('BEGIN IMMEDIATE');
    const withheld = async () => (await metrics(port)).berth_watchdog_withheld_total ?? 0;
    await until(async () => (await withheld()) >= 1, { what: 'a ping is withheld' });
    const before = pings();
    await until(async () => (await withheld()) >= 4, { what: 'and more of them' });
    expect(pings()).toBe(before);
    db.exec('ROLLBACK');
    await until(() => pings() > before, { what: 'pings again' });
  } finally {
    db.close();
  }
  expect((await metrics(port)).berth_watchdog_pings_total).toBeGreaterThanOrEqual(3);
});
