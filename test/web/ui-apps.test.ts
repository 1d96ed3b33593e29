/** What sessions serve, on origins of their own in the browser; and what they hand over. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { servingSession } from '../support/served-session.ts';
import { startedId } from '../support/started.ts';
import { UiClient } from '../support/ui-client.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let ui: UiClient;
let one: Served;
let two: Served;

type Served = { key: string; port: number };
type Entered = Awaited<ReturnType<UiClient['enter']>>;

beforeAll(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  [one, two] = await Promise.all([servingSession(sandbox, 'one'), servingSession(sandbox, 'two')]);
  ui = await (await UiClient.start(sandbox)).logIn();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const entered = async ({ key, port }: Served) =>
  await ui.enter((await ui.call('openPort', { session: key, port })).url);
const get = (app: Entered, path: string, headers: Record<string, string> = {}) =>
  ui.ask(`${app.origin}${path}`, { headers: { cookie: app.cookie, ...headers } });

it('lists the ports of a session, and carries requests to one', async () => {
  const { ports } = await ui.call('show', { session: one.key });
  expect(ports).toEqual([expect.objectContaining({ port: one.port })]);
  const app = await entered(one);
  expect(app.host).toMatch(/^[0-9a-f]{32}\.localhost:\d+$/);
  const answer = await ui.ask(`${app.origin}/a/b?c=d`, {
    method: 'POST',
    headers: {
      cookie: `own=1; ${app.cookie}; other=2`,
      origin: app.origin,
      referer: `${app.origin}/page`,
      'x-forwarded-host': 'evil.example',
      connection: 'x-hop',
      'x-hop': 'gone',
      'content-length': '5',
    },
    body: 'hello',
  });
  expect(answer.status).toBe(200);
  const seen = JSON.parse(answer.body) as { headers: Record<string, string> };
  expect(seen).toMatchObject({ method: 'POST', url: '/a/b?c=d', body: 'hello' });
  const there = `http://localhost:${one.port}`;
  expect(seen.headers).toMatchObject({
    host: `localhost:${one.port}`,
    origin: there,
    referer: `${there}/page`,
  });
  // Our own cookies are not the session's to know, nor to set.
  expect(seen.headers.cookie).toBe('own=1; other=2');
  expect(seen.headers).not.toHaveProperty('x-hop');
  expect(seen.headers).not.toHaveProperty('x-forwarded-host');
  expect(answer.headers['set-cookie']).toEqual(['own=1; Path=/; SameSite=None; Secure; Partitioned']);
  expect(answer.headers['x-frame-options']).toBeUndefined();
  expect(String(answer.headers['content-security-policy'])).toContain(`frame-ancestors 'self' ${ui.origin}`);
  expect((await get(app, '/away')).headers.location).toBe(`${app.origin}/there`);
  expect((await get(app, '/big')).body).toHaveLength(8 * 1024 * 1024);
});

it('carries WebSockets', async () => {
  const app = await entered(one);
  const headers = { origin: app.origin, cookie: app.cookie, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const { status, socket } = await ui.upgrade(`${app.origin}/socket`, headers);
  expect(status).toBe(101);
  let heard = '';
  socket?.on('data', (part: Buffer) => {
    heard += part.toString();
  });
  socket?.write('ping over the tunnel');
  await until(() => heard.includes('ping over the tunnel'), { what: 'the echo' });
  expect(heard).toContain(`origin http://localhost:${one.port}\n`);
  socket?.end();
  if (socket) await once(socket, 'close');
});

it('lets nobody in but who has a ticket, once', async () => {
  const { url } = await ui.call('openPort', { session: one.key, port: one.port });
  const app = await ui.enter(url);
  await expect(ui.enter(url)).rejects.toThrow('403');
  expect((await ui.ask(`${app.origin}/`)).status).toBe(401);
  const { status } = await ui.upgrade(`${app.origin}/`, { origin: app.origin });
  expect(status).toBe(401);
  // An origin that nobody opened.
  expect((await ui.ask(`http://${'0'.repeat(32)}.localhost:${ui.port}/`)).status).toBe(403);
});

it('keeps sessions from each other and from the UI', async () => {
  const [mine, other] = [await entered(one), await entered(two)];
  expect(mine.origin).not.toBe(other.origin);
  // The cookie of one at the other, and at the UI; that of the UI at an app.
  expect((await get({ ...other, cookie: mine.cookie }, '/')).status).toBe(401);
  const about = { method: 'about', params: {} };
  expect((await ui.post('/api/call', about, { ...ui.login, cookie: mine.cookie })).status).toBe(401);
  expect((await get({ ...mine, cookie: ui.login.cookie ?? '' }, '/')).status).toBe(401);
  // What a page of one session can make a browser send, whatever cookies go along.
  expect((await get(other, '/', { origin: mine.origin })).status).toBe(403);
  expect(
    (await get(other, '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status,
  ).toBe(403);
  expect((await ui.upgrade(`${other.origin}/`, { origin: mine.origin, cookie: other.cookie })).status).toBe(
    403,
  );
  expect((await ui.post('/api/call', about, { ...ui.login, origin: mine.origin })).status).toBe(403);
  expect((await ui.ask('/', { headers: { ...ui.login, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect(await ui.socket('/api/live', { origin: mine.origin }).accepted()).toBe(false);
  // An app has none of the UI's paths.
  expect(JSON.parse((await get(mine, '/api/call')).body)).toMatchObject({ url: '/api/call' });
});

it('says that nothing answers, and tries again', async () => {
  const app = await entered({ key: one.key, port: 1 });
  const answer = await get(app, '/');
  expect(answer).toMatchObject({
    status: 502,
    headers: { refresh: '3', 'content-type': 'text/plain; charset=utf-8' },
  });
  expect(answer.body).toMatch(/^Berth cannot reach it: /);
});

it('goes on, whatever a session answers and its page asks for', async () => {
  const app = await entered(one);
  expect((await get(app, '/strange')).status).toBe(502);
  expect(await get(app, '/worded')).toMatchObject({ status: 200, body: 'here' });
  const socket = { origin: app.origin, cookie: app.cookie, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  expect((await ui.upgrade(`${app.origin}/refused`, socket)).status).toBe(400);
  const target = async (path: string) =>
    await ui.askRaw(
      `GET ${path} HTTP/1.1\r\nHost: ${app.host}\r\nCookie: ${app.cookie}\r\nConnection: close\r\n\r\n`,
    );
  for (const path of ['//[', '/%', '/?%', '//', 'http://[', '*']) await target(path);
  expect((await get(app, '/')).status).toBe(200);
});

it('hands over artifacts, and lets nothing in them run', async () => {
  const script = [
    'cd "$BERTH_OUTPUT_DIR" && mkdir -p deep',
    'printf "<script>alert(1)</script>" > page.html',
    'printf "plain <b>text</b>" > deep/notes.txt',
    'printf "<svg onload=alert(1)/>" > picture.svg',
    'head -c 3000000 /dev/zero > large.bin',
    'ln -s /etc/passwd link.txt; exec sleep 1000',
  ].join('; ');
  const id = await startedId(sandbox, ['start', '--json', '--name', 'maker', '--', 'bash', '-c', script]);
  const session = `local:${id}`;
  const made = async () => (await ui.call('show', { session })).artifacts.map(({ path }) => path);
  await until(async () => (await made()).includes('large.bin'), { what: 'the artifacts are told' });
  const open = async (path: string, how: 'keep' | 'look' | 'page') =>
    (await ui.call('openArtifact', { session, path, how })).url;
  const fetched = async (path: string, how: 'keep' | 'look') =>
    await ui.ask(await open(path, how), { headers: { cookie: ui.login.cookie ?? '' } });

  const notes = await fetched('deep/notes.txt', 'look');
  expect(notes).toMatchObject({ status: 200, body: 'plain <b>text</b>' });
  expect(notes.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/sandbox/),
  });
  expect((await fetched('page.html', 'look')).headers['content-type']).toMatch(/^text\/plain/);
  expect((await fetched('picture.svg', 'look')).headers['content-type']).toMatch(/^text\/plain/);
  const large = await fetched('large.bin', 'keep');
  expect(large.body).toHaveLength(3_000_000);
  expect(large.headers['content-disposition']).toBe("attachment; filename*=UTF-8''large.bin");
  for (const path of ['../session.json', '/etc/passwd', 'link.txt'])
    expect((await fetched(path, 'keep')).status).toBe(502);
  const link = await open('deep/notes.txt', 'look');
  expect((await ui.ask(link)).status).toBe(401);
  expect((await ui.ask('/api/artifact?link=x', { headers: { cookie: ui.login.cookie ?? '' } })).status).toBe(
    404,
  );

  const page = await open('page.html', 'page');
  const shown = await ui.ask(page);
  expect(shown).toMatchObject({ status: 200, body: '<script>alert(1)</script>' });
  expect(new URL(page).host).toMatch(/^[0-9a-f]{32}\.localhost/);
  expect(String(shown.headers['content-security-policy'])).toMatch(
    /default-src 'none'.*sandbox allow-scripts; frame-ancestors http:\/\/localhost/,
  );
  expect((await ui.ask(page)).status).toBe(403);
});

it('outlives a host that goes away while connections to it are kept', async () => {
  const app = await entered(one);
  const known = await Promise.all([1, 2, 3].map(() => get(app, '/')));
  expect(known.map(({ status }) => status)).toEqual([200, 200, 200]);
  await agent.kill9();
  expect((await ui.ask('/')).status).toBe(200);
  await agent.restart();
  await until(async () => (await get(app, '/')).status === 200, { what: 'the port is reached again' });
});
