/** When the editor of a session ends that nobody uses: not while somebody may come back to it. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { dialEditor, editorCalls } from '../support/editor-calls.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { giveStandInEditor } from '../support/stand-in-editor.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let socket: string;
let editors: ReturnType<typeof editorCalls>;

beforeAll(async () => {
  sandbox = createSandbox();
  giveStandInEditor(sandbox);
  agent = await sandbox.startAgent();
  ({ socket } = agent);
  editors = editorCalls(socket);
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const started = (name: string) =>
  startedId(sandbox, ['start', '--json', '--name', name, '--', 'sleep', '1000']);
/** Once somebody is there: before, it would end under who comes. */
const endsSoon = (session: string) =>
  editors.open({ session, idleTimeout: { seconds: 0n, nanos: 50_000_000 } });
const running = () => readdirSync(join(sandbox.runtimeDir, 'e'));

function recordOf(session: string): { use?: { connected: boolean } } {
  return JSON.parse(readFileSync(join(sandbox.runtimeDir, 'e', session, 'record.json'), 'utf8')).record;
}

/** A link to the agent that can be cut. */
async function link(): Promise<AsyncDisposable & { socket: string; cut(): void }> {
  const ends: Socket[] = [];
  const relay = createServer((near) => {
    const far = connect(socket);
    ends.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on('error', () => {});
    }
  });
  const own = join(sandbox.dir, 'link');
  relay.listen(own);
  await once(relay, 'listening');
  const cut = () => {
    for (const one of ends) one.destroy();
  };
  return {
    socket: own,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

it.each([
  ['', false],
  [', by a connection of its own', true],
])('waits for who lost the way, and not for who left%s', async (_, own) => {
  const [left, lost] = [await started(`left-${own}`), await started(`lost-${own}`)];
  for (const session of [left, lost]) await editors.open({ session });
  await using cable = await link();
  const gone = await dialEditor(cable.socket, lost, { own });
  const leaving = await dialEditor(socket, left, { own });
  for (const session of [left, lost]) await endsSoon(session);
  gone.on('error', () => {});
  cable.cut();
  await until(async () => (await editors.get(lost)).connections === 0, { what: 'the agent noticed' });
  leaving.end();
  await until(() => !running().includes(left), { what: 'the one that nobody will come back to is ended' });
  expect((await editors.get(lost)).state).toBe('ready');
  leaving.destroy();
});

it('a page that is closed has left', async () => {
  const session = await started('page');
  await using shown = sandbox.spawnBerth(['code', 'page', '--print-url']);
  const [url] = await shown.waitForText(/http:\S+/);
  const { host, port, pathname, search } = new URL(url);
  const ask = async (path: string, cookie = '') => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, headers: { host, cookie } }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer;
  };
  const entered = await ask(pathname + search);
  const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  expect((await ask('/', cookie)).statusCode).toBe(200);
  await endsSoon(session);
  await until(() => !running().includes(session), { what: 'the editor is ended' });
  expect((await shown.finished).code).toBe(7);
});

it('an agent that comes back waits for who was there, and not for who had left', async () => {
  const [left, there] = [await started('had-left'), await started('was-there')];
  for (const session of [left, there]) await editors.open({ session });
  /** Written down, a moment after it is so. */
  const used = (session: string, connected: boolean) =>
    until(() => recordOf(session).use?.connected === connected, { what: 'it is written down' });
  const leaving = await dialEditor(socket, left);
  await used(left, true);
  leaving.end();
  await used(left, false);
  const staying = await dialEditor(socket, there);
  staying.on('error', () => {});
  await used(there, true);
  await agent.kill9();
  await agent.restart();
  for (const session of [left, there]) {
    await until(async () => (await editors.get(session)).state === 'ready', { what: 'they are found' });
    await endsSoon(session);
  }
  await until(() => !running().includes(left), { what: 'the one that nobody will come back to is ended' });
  expect((await editors.get(there)).state).toBe('ready');
});
