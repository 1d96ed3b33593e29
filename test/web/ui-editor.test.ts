/** The real code-server behind the proxy of `berth ui`: its page, its files, its socket. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CODE_SERVER_MS, giveCodeServer } from '../support/code-server.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { UiClient } from '../support/ui-client.ts';

let sandbox: Sandbox;
let ui: UiClient;
let session: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await giveCodeServer(sandbox);
  await sandbox.startAgent({ flags: ['--memory-capacity', '8G', '--default-slot', '4G'] });
  const id = await startedId(sandbox, ['start', '--json', '--name', 'edited', '--', 'sleep', '1000']);
  session = `local:${id}`;
  ui = await (await UiClient.start(sandbox)).logIn();
}, CODE_SERVER_MS);
afterAll(() => sandbox?.[Symbol.asyncDispose]());

it('serves the editor on an origin of its own', async () => {
  const app = await ui.enter((await ui.call('openEditor', { session })).url);
  const get = (path: string) => ui.ask(app.origin + path, { headers: { cookie: app.cookie } });
  const page = await get(app.path);
  expect(page.status).toBe(200);
  expect(page.body).toContain('workbench');
  expect(String(page.headers['content-security-policy'])).toContain(`frame-ancestors 'self' ${ui.origin}`);
  const script = /src="([^"]+workbench\.js)"/.exec(page.body)?.[1] ?? '';
  const loaded = await get(new URL(script, app.origin).pathname);
  expect(loaded.status).toBe(200);
  const root = /\/[a-z]+-[0-9a-f]{40}/.exec(page.body)?.[0] ?? '';
  const query =
    'reconnectionToken=0a1b2c3d-0000-0000-0000-000000000000&reconnection=false&skipWebSocketFrames=false';
  const { status, socket } = await ui.upgrade(`${app.origin}${root}?${query}`, {
    origin: app.origin,
    cookie: app.cookie,
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  });
  expect(status).toBe(101);
  socket?.destroy();
  expect((await ui.call('show', { session })).editor).toMatchObject({ state: 'ready' });
  await ui.call('stopEditor', { session });
  expect((await ui.call('show', { session })).editor).toMatchObject({ state: 'stopped' });
  expect((await get('/')).status).toBe(502);
});
