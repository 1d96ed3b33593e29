/** The local server of `berth ui` as attackers find it: another page, another user, another session. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEY_HEADER } from '../../packages/client/src/web/protocol.ts';
import { NODE } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { type Ask, UiClient } from '../support/ui-client.ts';

let sandbox: Sandbox;
let ui: UiClient;
let session: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  session = `local:${await startedId(sandbox, ['start', '--json', '--name', 'kept', '--', 'sleep', '1000'])}`;
  ui = await (await UiClient.start(sandbox)).logIn();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const ABOUT = JSON.stringify({ method: 'about', params: {} });

/** A call as the page makes it, with what differs. */
function call(over: Record<string, string | undefined> = {}, more: Partial<Ask> = {}) {
  const usual = { 'content-type': 'application/json', origin: ui.origin, ...ui.login };
  const headers = Object.fromEntries(
    Object.entries({ ...usual, ...over }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  return ui.ask('/api/call', { method: 'POST', headers, body: ABOUT, ...more });
}

it('answers the page', async () => {
  const answer = await call();
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ result: { version: expect.any(String) } });
  expect((await ui.ask('/')).status).toBe(200);
});

it('knows who is logged in among all that other servers of localhost have a browser send', async () => {
  const [name] = (ui.login.cookie ?? '').split('=');
  const many = Array.from({ length: 100 }, (_, i) => `other-${i}=${'x'.repeat(4000)}`).join('; ');
  for (const others of [`${name}=x`, many])
    expect((await call({ cookie: `${others}; ${ui.login.cookie}` })).status).toBe(200);
});

const EVIL = 'http://evil.example';
it.each<[string, Record<string, string | undefined>, Partial<Ask>, number]>([
  ['no cookie', { cookie: undefined }, {}, 401],
  ['a cookie that is made up', { cookie: 'berth-ui=x' }, {}, 401],
  ['no key: a cookie that another port of localhost was sent', { [KEY_HEADER]: undefined }, {}, 401],
  ['another key', { [KEY_HEADER]: 'x' }, {}, 401],
  ['a name that was pointed here', {}, { host: 'evil.example' }, 403],
  ['the same with our port', {}, { host: 'evil.example:23784' }, 403],
  ['no host', {}, { host: '' }, 403],
  ['another origin', { origin: EVIL }, {}, 403],
  ['an origin that hides', { origin: 'null' }, {}, 403],
  ['another port of localhost', { origin: 'http://localhost:1' }, {}, 403],
  [
    'a page of another site, which tells no origin',
    { origin: undefined, 'sec-fetch-site': 'cross-site' },
    {},
    403,
  ],
  ['another port, as browsers tell it', { origin: undefined, 'sec-fetch-site': 'same-site' }, {}, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, {}, 415],
  ['a form that sends text', { 'content-type': 'text/plain' }, {}, 415],
  ['no type', { 'content-type': undefined }, {}, 415],
  ['GET', {}, { method: 'GET' }, 405],
  ['DELETE', {}, { method: 'DELETE' }, 405],
])('refuses a call with %s', async (_what, headers, more, status) => {
  const answer = await call(headers, more);
  expect(answer.status).toBe(status);
  expect(answer.body.split('\n')).toHaveLength(2);
});

it('takes a token once, and slows down who guesses, and not who knows', async () => {
  const login = async (token: string) => (await ui.post('/api/login', { token })).status;
  expect(await login(ui.token)).toBe(401);
  expect(await login('guessed')).toBe(401);
  expect(await login('guessed')).toBe(429);
  const second = await sandbox.berth(['ui', '--no-open']);
  const [, token = ''] = second.stdout.match(/#token=([\w-]+)\n$/) ?? [];
  expect(await login(token)).toBe(200);
  expect(await login(token)).toBe(429);
});

it('sets a cookie that no script reads and no other site sends', async () => {
  const { stdout } = await sandbox.berth(['ui', '--no-open', '--json']);
  const { url } = JSON.parse(stdout) as { url: string };
  const { headers } = await ui.post('/api/login', { token: url.split('=')[1] });
  expect(headers['set-cookie']).toEqual([
    expect.stringMatching(/^berth-ui-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
});

it.each([
  ['from another origin', { origin: EVIL }, undefined],
  ['from nowhere', { origin: '' }, undefined],
  ['without a cookie', { cookie: '' }, undefined],
  ['without the key', {}, 'x'],
])('refuses sockets %s', async (_what, headers, key) => {
  for (const path of ['/api/live', `/api/terminal?session=${session}&attach=12345678&columns=80&rows=24`]) {
    const socket = ui.socket(path, headers as Record<string, string>, key);
    expect(await socket.accepted()).toBe(false);
  }
});

it('refuses sockets by a name that was pointed here', async () => {
  const own = { ...ui.login, 'sec-websocket-protocol': `berth, berth-key.${ui.key}` };
  const websocket = { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-version': '13' };
  const asked = async (host: string) => {
    const headers = { ...own, ...websocket, host, origin: `http://${host}` };
    const { status, socket } = await ui.upgrade('/api/live', headers);
    socket?.destroy();
    return status;
  };
  expect(await asked(`localhost:${ui.port}`)).toBe(101);
  expect(await asked(`evil.example:${ui.port}`)).toBe(403);
});

it('gives its pages headers under which nothing foreign runs', async () => {
  for (const path of ['/', '/assets/page-0a1b2c3d4e.js', '/nothing']) {
    const { headers } = await ui.ask(path);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'.*script-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`frame-src http://*.localhost:${ui.port}`);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  }
});

it('serves nothing outside of its page', async () => {
  for (const path of ['/../berth.cjs', '/%2e%2e/berth.cjs', '/assets/../../page/index.html', '//etc/passwd'])
    expect((await ui.ask('/', {}))?.status && (await rawStatus(path))).toBe(404);
});

/** Of a path that no URL would keep as it is. */
async function rawStatus(path: string): Promise<number> {
  const { request } = await import('node:http');
  return await new Promise((resolve, reject) => {
    const asked = request(
      { port: ui.port, host: '127.0.0.1', path, headers: { host: `localhost:${ui.port}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

it('leaves nothing that another user could open, and no login on the disk', async () => {
  const runtime = sandbox.runtimeDir;
  expect(statSync(runtime).mode & 0o077).toBe(0);
  expect(existsSync(join(runtime, 'ui.sock'))).toBe(true);
  const files = [sandbox.stateDir, sandbox.configDir]
    .filter(existsSync)
    .flatMap((directory) => readdirSync(directory));
  expect(files.filter((name) => /login|cookie|token/.test(name))).toEqual([]);
});

/** Asks for the page; `from`: by that address, `ended`: says at once that nothing more comes. */
const ASKS = `
const [port, from, ended] = process.argv.slice(1);
const socket = require('node:net').connect({ port: Number(port), host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
const asked = 'GET / HTTP/1.1\\r\\nHost: localhost:' + port + '\\r\\nConnection: close\\r\\n\\r\\n';
socket.on('error', () => {}).pipe(process.stdout);
socket.on('connect', () => (ended ? socket.end(asked) : socket.write(asked)));
socket.on('end', () => socket.end());
`;

// Only root can be somebody else.
it.runIf(process.getuid?.() === 0).each([
  ['', '127.0.0.1', ''],
  [', whatever address it comes by', '127.0.0.2', ''],
  [', which says all at once', '127.0.0.1', 'ended'],
])('hangs up on another user of the machine%s', async (_how, from, ended) => {
  const asked = async (user: number) => {
    const as = ['setpriv', `--reuid=${user}`, '--clear-groups'];
    const argv = [...as, NODE, '-e', ASKS, String(ui.port), from, ended];
    return (await run(argv, { env: { PATH: process.env.PATH }, cwd: '/' })).stdout;
  };
  if (from === '127.0.0.1') expect(await asked(0)).toMatch(/^HTTP\/1.1 200 /);
  for (let i = 0; i < 5; i++) expect(await asked(65_534)).toBe('');
});

it('listens on loopback alone', async () => {
  const { readFileSync } = await import('node:fs');
  const port = ui.port.toString(16).toUpperCase().padStart(4, '0');
  const listening = ['tcp', 'tcp6']
    .flatMap((name) => readFileSync(`/proc/net/${name}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${port}`))
    .map(([, local = '']) => local.split(':')[0]);
  expect(listening.length).toBeGreaterThan(0);
  for (const address of listening)
    expect(['0100007F', '00000000000000000000000001000000']).toContain(address);
});
