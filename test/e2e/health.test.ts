/** Health and metrics of a real agent: over HTTP, and by `berthd health`. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { get, HEALTH_FLAGS, health, metrics, portOf, ready } from '../support/health.ts';
import { BERTHD, ROOT } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

it('answers on its three paths, and counts sessions and calls', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
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

it('has every metric, path and check in the docs, and no metric is there that is not', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
  const port = portOf(agent);
  const docs = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const { body } = await get(port, '/metrics');
  const exposed = [...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '');
  expect(exposed.length).toBeGreaterThan(10);
  for (const name of exposed) expect(docs).toMatch(new RegExp(`^\\| \`${name}[\`{]`, 'm'));
  const known = new Set([...exposed, 'berth_session_memory_bytes']);
  for (const [name] of docs.matchAll(/\bberth_[a-z]\w*/g)) {
    expect(known).toContain(name.replace(/_(bucket|count|sum)$/, ''));
  }
  const { checks } = JSON.parse((await health(sandbox, '--json')).stdout) as { checks: { name: string }[] };
  for (const { name } of checks) expect(docs).toContain(`| \`${name}\` |`);
});

it('is not ready while it stops, and alive until it has', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
  const port = portOf(agent);
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
  await ready(port, 'ready', { status: 200, body: /^ok\n$/ });
  // A frozen reader (a laptop that sleeps) keeps the agent from being gone at once, and no longer than its time to drain.
  await using follower = sandbox.spawnBerth(['output', 'one', '--follow']);
  await follower.waitForText(/ready/);
  follower.kill('SIGSTOP');
  const stopped = agent.stop();
  await ready(port, 'stopping', { status: 503, body: /^stopping\n$/ });
  expect((await get(port, '/healthz')).status).toBe(200);
  expect(await stopped).toBe(0);
  await expect(get(port, '/healthz')).rejects.toThrow(/ECONNREFUSED/);
});

it('counts terminals that are attached', async () => {
  await using sandbox = createSandbox();
  const port = portOf(await sandbox.startAgent({ flags: HEALTH_FLAGS }));
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
  const terminal = sandbox.berthTerminal(['attach', 'one']);
  await terminal.waitForScreen(/ready/);
  expect((await metrics(port)).berth_attached_clients).toBe(1);
  await terminal[Symbol.asyncDispose]();
  await until(async () => (await metrics(port)).berth_attached_clients === 0, { what: 'detached' });
});

it('listens on loopback alone, for programs of this machine alone', async () => {
  await using sandbox = createSandbox();
  const port = portOf(await sandbox.startAgent({ flags: HEALTH_FLAGS }));
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
  const first = await sandbox.startAgent({ flags: HEALTH_FLAGS });
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
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
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
