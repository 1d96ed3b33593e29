/** A real browser on the real `berth ui`: what only a browser decides about cookies, frames and sockets. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { servingSession } from '../support/served-session.ts';
import { UiClient } from '../support/ui-client.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';

let sandbox: Sandbox;
let ui: UiClient;
let browser: Browser;
let page: Page;
let served: { key: string; port: number };

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  served = await servingSession(sandbox, 'served');
  ui = await UiClient.start(sandbox, { env: { BERTH_WEB_DIR: join(ROOT, 'packages/client/dist/web') } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.[Symbol.asyncDispose]();
});

it('logs in by the link, and for all tabs of the browser', async () => {
  const watched = await openPage(browser);
  page = watched.page;
  await page.goto(`${ui.origin}/#token=${ui.token}`);
  await page.getByText('served').first().waitFor();
  expect(page.url()).not.toContain(ui.token);
  const tab = await page.context().newPage();
  await tab.goto(ui.origin);
  await tab.getByText('served').first().waitFor();
  await tab.close();
  expect(watched.complaints).toEqual([]);
});

/** A port of the session in a frame of the page. */
async function framed(): Promise<Frame> {
  await page.evaluate(
    async ({ session, port }) => {
      const key = localStorage.getItem('berth-key') ?? '';
      const headers = { 'content-type': 'application/json', 'x-berth-key': key };
      const body = JSON.stringify({ method: 'openPort', params: { session, port } });
      const answer = await fetch('/api/call', { method: 'POST', headers, body });
      const { result } = (await answer.json()) as { result: { url: string } };
      const frame = document.createElement('iframe');
      frame.src = result.url;
      frame.name = 'served';
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    },
    { session: served.key, port: served.port },
  );
  const frame = page.frame('served');
  if (!frame) throw new Error('there is no frame');
  return frame;
}

it('shows a port in a frame, whose page reaches its own server and not the UI', async () => {
  const frame = await framed();
  const shown = JSON.parse((await frame.locator('body').textContent()) ?? '') as { headers: object };
  expect(shown).toMatchObject({ url: '/', headers: { host: `localhost:${served.port}` } });
  expect(shown.headers).not.toHaveProperty('cookie');
  const tried = await frame.evaluate(async (origin) => {
    const outcome = (work: Promise<Response>) =>
      work.then(
        ({ status }) => String(status),
        () => 'blocked',
      );
    const socket = (address: string, protocols: string[]) =>
      new Promise<string>((resolve) => {
        const made = new WebSocket(address, protocols);
        made.onopen = () => resolve('open');
        made.onerror = () => resolve('blocked');
      });
    const call = { method: 'POST', credentials: 'include', body: '{}' } as const;
    return {
      own: await outcome(fetch('/again')),
      ownSocket: await socket(`ws://${location.host}/socket`, []),
      cookies: document.cookie,
      call: await outcome(fetch(`${origin}/api/call`, call)),
      unread: await outcome(fetch(`${origin}/api/call`, { ...call, mode: 'no-cors' })),
      file: await outcome(fetch(`${origin}/`, { mode: 'no-cors' })),
      live: await socket(`${origin.replace('http', 'ws')}/api/live`, ['berth', 'berth-key.x']),
    };
  }, ui.origin);
  expect(tried).toEqual({
    own: '200',
    ownSocket: 'open',
    cookies: 'own=1',
    call: 'blocked',
    unread: 'blocked',
    file: 'blocked',
    live: 'blocked',
  });
});

it('is shown in no frame of another page', async () => {
  const frame = await framed();
  await frame.evaluate(async (origin) => {
    const inner = document.createElement('iframe');
    inner.name = 'stolen';
    inner.src = `${origin}/`;
    document.body.append(inner);
    await new Promise((resolve) => inner.addEventListener('load', resolve, { once: true }));
  }, ui.origin);
  // What a browser shows in its place has no name for a moment.
  expect(await frame.frameLocator('iframe[name=stolen]').locator('#root').count()).toBe(0);
});

/** Whoever listened at the port before, and left a worker that answers instead of the server. */
async function leaveWorker(context: BrowserContext): Promise<number> {
  const worker = `self.addEventListener('install', () => self.skipWaiting());
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener('fetch', (event) => event.respondWith(new Response('not Berth')));`;
  const server = createServer(({ url }, answer) => {
    const script = url === '/theirs.js';
    answer.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    answer.end(script ? worker : 'theirs');
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const theirs = await context.newPage();
  await theirs.goto(`http://localhost:${port}/`);
  await theirs.evaluate(async () => {
    await navigator.serviceWorker.register('/theirs.js');
    await navigator.serviceWorker.ready;
  });
  await theirs.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('rids the browser of a worker that somebody else left at its port', async () => {
  await using own = createSandbox();
  await using away = await browser.newContext();
  const port = await leaveWorker(away);
  const env = { BERTH_WEB_DIR: join(ROOT, 'packages/client/dist/web') };
  const again = await UiClient.start(own, { env, args: ['--port', String(port), '--no-open'] });
  const first = await away.newPage();
  const answered = await first.goto(`${again.origin}/`);
  expect(answered?.fromServiceWorker()).toBe(true);
  await first
    .getByText(/berth ui/)
    .first()
    .waitFor();
  expect(await first.locator('body').textContent()).not.toContain('not Berth');
});
