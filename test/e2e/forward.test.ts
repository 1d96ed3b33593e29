/** `berth forward`: what a session listens on, as localhost of this machine. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OWN_PORTS, UI_PORT } from '../../packages/client/src/forward/port-words.ts';
import type { TestAgent } from '../support/agent.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface Ports {
  /** Sends back what comes, and ends when the other side does. */
  readonly echo: number;
  /** Reads all, says its digest once the other side has ended; then sends 8 MB of one letter. */
  readonly digest: number;
  /** Breaks each connection off at its first byte. */
  readonly reset: number;
}

const SERVER = `
const { createServer } = require('node:net');
const { createHash } = require('node:crypto');
const serve = (take) => new Promise((resolve) => {
  const server = createServer({ allowHalfOpen: true }, (socket) => { socket.on('error', () => {}); take(socket); });
  server.listen(0, '127.0.0.1', () => resolve(server.address().port));
});
const echo = (socket) => socket.pipe(socket);
const digest = (socket) => {
  const hash = createHash('sha256');
  socket.on('data', (data) => hash.update(data));
  socket.on('end', () => socket.end(hash.digest('hex') + 'x'.repeat(8 << 20)));
};
const reset = (socket) => socket.once('data', () => socket.resetAndDestroy());
Promise.all([echo, digest, reset].map(serve)).then(([echo, digest, reset]) =>
  console.log('at ' + JSON.stringify({ echo, digest, reset }) + '.'));
`;

/** Starts a session that listens, and tells where. */
async function server(on: Sandbox, name: string, ...flags: string[]): Promise<Ports & { id: string }> {
  const argv = ['--name', name, ...flags, '--', process.execPath, '-e', SERVER];
  const id = await startedId(on, ['start', '--json', ...argv]);
  await using follower = on.spawnBerth(['output', id, '--follow']);
  const [, told = ''] = await follower.waitForText(/at (\{[^}]+\})\./);
  return { ...(JSON.parse(told.replaceAll(/\s/g, '')) as Ports), id };
}

/** Says `data`, ends, and gives all that the other side said until it ended. */
async function exchange(port: number, data: string | Buffer, host = '127.0.0.1'): Promise<string> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.end(data);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A forward that stands, and the local port of each line it printed. */
async function forwarded(on: Sandbox, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const running = on.spawnBerth(['forward', ...args], { env });
  const ports = args.filter((arg) => /^\d+/.test(arg)).length;
  await running.waitForText(new RegExp(`(http://localhost:\\d+ .*\\n){${ports}}`));
  const locals = [...running.stdout.matchAll(/^http:\/\/localhost:(\d+) /gm)].map(([, port]) => Number(port));
  return {
    running,
    locals,
    local: locals[0] ?? 0,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

async function listener(host = '127.0.0.1', port = 0) {
  const own = createServer().listen({ host, port, ipv6Only: true });
  await once(own, 'listening');
  return { port: (own.address() as AddressInfo).port, [Symbol.dispose]: () => void own.close() };
}

const opened = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

let sandbox: Sandbox;
let agent: TestAgent;
let own: Ports & { id: string };

beforeAll(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent();
  own = await server(sandbox, 'web');
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

it('shows what a session listens on, and carries it: byte for byte, end for end, to the last', async () => {
  const shown = await sandbox.json<{ ports: { port: number; program: string }[] }>(['show', 'web']);
  const sorted = [own.echo, own.digest, own.reset].sort((a, b) => a - b);
  expect(shown.ports.map(({ port }) => port)).toEqual(sorted);
  expect(shown.ports[0]).toMatchObject({
    program: 'node',
    addresses: ['127.0.0.1'],
    pid: expect.any(Number),
  });
  expect((await sandbox.berth(['show', 'web'])).stdout).toContain(
    `ports       ${sorted.map((port) => `${port} (node)`).join(', ')}\n`,
  );
  await using forward = await forwarded(sandbox, ['web', String(own.digest), String(own.reset)]);
  const [digest = 0, reset = 0] = forward.locals;
  expect(forward.running.stdout).toContain(
    `:${digest} -> local:web port ${own.digest} (${own.digest} is taken here)`,
  );
  const data = Buffer.alloc(20 * 2 ** 20, 'some bytes');
  // It has ended long before it is answered, and both sides move more than any buffer on the way holds.
  const answers = await Promise.all([exchange(digest, data), exchange(digest, '', '::1')]);
  for (const [i, sent] of [data, ''].entries()) {
    const hash = createHash('sha256').update(sent).digest('hex');
    expect(answers[i]?.slice(0, hash.length)).toBe(hash);
    expect(answers[i]?.length).toBe(hash.length + 8 * 2 ** 20);
  }
  await expect(exchange(reset, 'x')).rejects.toThrow(/ECONNRESET/);
  expect(forward.running.stderr).toBe('');
  forward.running.kill('SIGINT');
  expect(await forward.running.finished).toMatchObject({ code: 130, stderr: '' });
});

it('takes no port that berth ui may have later', async () => {
  await using forward = await forwarded(sandbox, ['web', String(UI_PORT)]);
  expect(OWN_PORTS).not.toContain(forward.local);
  expect(forward.running.stdout).toContain(` port ${UI_PORT} (${UI_PORT} is kept for berth ui here)\n`);
});

it('leaves nothing open on the host: not of connections that end, nor of those that are broken off', async () => {
  await using forward = await forwarded(sandbox, ['web', String(own.echo)]);
  expect(await exchange(forward.local, 'first')).toBe('first');
  const before = opened(agent.pid);
  for (let i = 0; i < 9; i++) {
    const all = Array.from({ length: 100 }, (_, j) => exchange(forward.local, `${j}`));
    expect(await Promise.all(all)).toEqual(all.map((_, j) => `${j}`));
  }
  const broken: Socket[] = [];
  for (let i = 0; i < 100; i++) {
    const socket = connect(forward.local, '127.0.0.1').on('error', () => {});
    socket.write('x');
    await once(socket, 'data');
    broken.push(socket);
  }
  expect(opened(agent.pid)).toBeGreaterThanOrEqual(before + 100);
  for (const [i, socket] of broken.entries()) i % 2 ? socket.destroy() : socket.resetAndDestroy();
  await until(() => opened(agent.pid) <= before, { what: 'the agent has closed all of them' });
  // Those that are open when the forward ends, too.
  const last = connect(forward.local, '127.0.0.1').on('error', () => {});
  last.write('x');
  await once(last, 'data');
  forward.running.kill('SIGKILL');
  await until(() => opened(agent.pid) <= before, { what: 'the agent has closed the last one' });
});

it('reaches the ports of that session alone, unless asked otherwise', async () => {
  const other = await server(sandbox, 'other');
  await using forward = await forwarded(sandbox, ['other', String(own.echo)]);
  await forward.running.waitForText(new RegExp(`nothing of other listens on port ${own.echo} yet`));
  await expect(exchange(forward.local, 'x')).rejects.toThrow(/ECONNRESET/);
  await forward.running.waitForText(
    /it is no process of session sess-\S+ that listens on port \d+\n {2}hint: .*--any/,
  );
  await using any = await forwarded(sandbox, ['--any', 'other', String(own.echo)]);
  expect(await exchange(any.local, 'through')).toBe('through');
  expect((await sandbox.berth(['suspend', 'other'])).code).toBe(0);
  await using still = await forwarded(sandbox, ['other', String(other.echo)]);
  await still.running.waitForText(/session sess-\S+ is suspended: nothing of it answers until berth resume/);
  await expect(exchange(still.local, 'x')).rejects.toThrow(/ECONNRESET/);
  expect((await sandbox.berth(['resume', 'other'])).code).toBe(0);
  expect(await exchange(still.local, 'on')).toBe('on');
  await sandbox.berth(['kill', 'other']);
  expect(await still.running.finished).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(
      /\nberth: .*session sess-\S+ has ended: it is killed\n {2}hint: .*berth output/,
    ),
  });
});

it('takes another local port where one is taken, and never another than was asked for', async () => {
  using taken = await listener('::1');
  const wanted = `${own.echo}:${taken.port}`;
  expect(await sandbox.berth(['forward', 'web', wanted])).toMatchObject({
    code: 7,
    stdout: '',
    stderr: `berth: cannot listen on localhost:${taken.port}: another program has it\n  hint: leave the local port out, and a free one is taken\n`,
  });
  const free = taken.port;
  taken[Symbol.dispose]();
  await using forward = await forwarded(sandbox, ['web', `${own.echo}:${free}`]);
  expect(forward.running.stdout).toBe(`http://localhost:${free} -> local:web port ${own.echo}\n`);
  for (const words of [['0'], ['65536'], ['80:'], ['1:2:3'], ['x'], ['5', '5:6'], ['5:7', '6:7']]) {
    expect((await sandbox.berth(['forward', 'web', ...words])).code).toBe(2);
  }
});

it('goes on in the background, is listed and closed by whoever asks, and forgets who was killed', async () => {
  const listed = async (...words: string[]) =>
    (
      await sandbox.json<{ forwards: { local_port: number | null; port: number; pid: number }[] }>([
        'forward',
        '--list',
        ...words,
      ])
    ).forwards;
  const begun = await sandbox.berth(['forward', '--background', 'web', String(own.echo), String(own.digest)]);
  expect(begun).toMatchObject({ code: 0, stderr: 'berth: goes on; end it with berth forward --close\n' });
  expect(begun.stdout.split('\n')).toHaveLength(3);
  const first = await listed();
  const echo = first.find(({ port }) => port === own.echo);
  const digest = first.find(({ port }) => port === own.digest);
  expect(await exchange(echo?.local_port ?? 0, 'there')).toBe('there');
  expect((await sandbox.berth(['forward', '--list', 'web'])).stdout).toMatch(
    /^LOCAL +SESSION +HOST +PORT +PID +SINCE\nlocalhost:/,
  );
  // One of two in a process: the other stays.
  const closed = await sandbox.berth(['forward', '--close', 'local:web', String(own.digest)]);
  expect(closed).toMatchObject({ code: 0, stdout: `closed localhost:${digest?.local_port}\n` });
  // It is given back when the command ends, not some time later.
  using again = await listener('127.0.0.1', digest?.local_port ?? 0);
  expect(again.port).toBe(digest?.local_port);
  expect(await exchange(echo?.local_port ?? 0, 'still')).toBe('still');
  // All of a session, now and later: what is closed by hand does not come back.
  const all = await sandbox.berth(['forward', '-b', own.id]);
  expect(all.code).toBe(0);
  await until(async () => (await listed()).length === 5, {
    what: 'an entry for all, three for its ports, and the first',
  });
  const ofAll = (await listed()).find(({ local_port }) => local_port === null);
  expect(ofAll).toMatchObject({ port: null, url: null, session_id: own.id });
  expect((await sandbox.berth(['forward', '--close', 'nowhere'])).code).toBe(4);
  expect((await sandbox.berth(['forward', '--close', '1'])).code).toBe(4);
  process.kill(ofAll?.pid ?? 0, 'SIGKILL');
  await until(async () => (await listed()).length === 1, {
    what: 'the forwards of the killed one are forgotten',
  });
  const directory = join(sandbox.runtimeDir, 'forwards');
  expect(readdirSync(directory)).toHaveLength(1);
  expect(await sandbox.json(['forward', '--close'])).toMatchObject({
    closed: [{ local_port: echo?.local_port }],
  });
  expect(readdirSync(directory)).toEqual([]);
  await until(
    () =>
      !existsSync(`/proc/${echo?.pid}`) ||
      /^State:\s+Z/m.test(readFileSync(`/proc/${echo?.pid}/status`, 'utf8')),
    {
      what: 'the process has nothing to hold, and ends',
    },
  );
  const none = { code: 0, stdout: '', stderr: expect.stringMatching(/nothing is forwarded to this machine/) };
  expect(await sandbox.berth(['forward', '--list'])).toMatchObject(none);
  expect(await sandbox.berth(['forward', '--background', 'nobody', '80'])).toMatchObject({ code: 4 });
  const over = await startedId(sandbox, ['start', '--json', '--wait', '--', 'true']);
  expect(await sandbox.berth(['forward', '-b', over, '80'])).toMatchObject({ code: 7, stdout: '' });
});

it('comes back after master, connection and agent have gone, and new connections wait for that', async () => {
  await using far = createSandbox();
  const there = await far.startAgent({ name: 'dev' });
  await using sshd = await TestSshd.start(far, { name: 'dev' });
  configureHosts(far, [{ sshd }]);
  const ports = await server(far, 'far', '--host', 'dev');
  await using forward = await forwarded(far, ['far', String(ports.echo)]);
  expect(await exchange(forward.local, 'before')).toBe('before');
  const files = join(far.runtimeDir, 'h');
  const masterFile = readdirSync(files).find((name) => name.endsWith('.pid')) ?? '';
  process.kill(Number(readFileSync(join(files, masterFile), 'utf8')), 'SIGKILL');
  expect(await exchange(forward.local, 'without a master')).toBe('without a master');
  const open = connect(forward.local, '127.0.0.1').on('error', () => {});
  open.write('x');
  await once(open, 'data');
  const broke = new Promise((resolve) => open.once('close', resolve));
  sshd.killConnections();
  await broke;
  expect(await exchange(forward.local, 'cut')).toBe('cut');
  await there.kill9();
  const waits = exchange(forward.local, 'patience');
  await there.restart();
  expect(await waits).toBe('patience');
  expect(forward.running.ended).toBe(false);
});
