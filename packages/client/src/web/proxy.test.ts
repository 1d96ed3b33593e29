/** What a session's server answers, however strange, is its own: the proxy passes it on or breaks it off, and goes on. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DialMessage, DialStream } from '../rpc/host-client.ts';
import { KeptConnections } from './kept-connections.ts';
import { proxyRequest, proxySocket } from './proxy.ts';

/** `left`: nothing more is to come to it. */
type Server = DialStream & { left: boolean };

let close: AsyncDisposableStack;
let last: Server | null;
/** What nobody catches would end the whole UI. */
let thrown: unknown[];
let others: NodeJS.UncaughtExceptionListener[];
const take = (error: unknown) => void thrown.push(error);

beforeEach(() => {
  close = new AsyncDisposableStack();
  thrown = [];
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', take);
});
afterEach(async () => {
  process.off('uncaughtException', take);
  for (const listener of others) process.on('uncaughtException', listener);
  await close.disposeAsync();
});

/** A server that says this, letter for letter, once it is asked or at once, and ends once `over` resolves. */
function saying(text: string, when: 'asked' | 'at once', over: Promise<void>): Server {
  const asked = Promise.withResolvers<void>();
  if (when === 'at once') asked.resolve();
  async function* messages(): AsyncGenerator<DialMessage> {
    yield { kind: 'opened' };
    await asked.promise;
    yield { kind: 'data', data: Buffer.from(text, 'latin1') };
    await over;
    yield { kind: 'end' };
  }
  const server: Server = {
    left: false,
    messages: messages(),
    write: async () => asked.resolve(),
    end: () => {
      server.left = true;
    },
  };
  return server;
}

const PLAIN = 'Connection: close';
const SOCKET = 'Connection: Upgrade\r\nUpgrade: websocket';

/** All that comes back through the proxy. */
async function answered(
  text: string,
  when: 'asked' | 'at once' = 'asked',
  { headers = PLAIN, over = Promise.resolve() }: { headers?: string; over?: Promise<void> } = {},
): Promise<string> {
  const kept = close.use(new KeptConnections());
  const dial = async () => {
    last = saying(text, when, over);
    return last;
  };
  const between = { origin: 'http://one.localhost', host: 'localhost', frames: [] };
  const upstream = { ...between, dial, kept: kept.of('one', dial) };
  const server = createServer((asked, answer) => proxyRequest(asked, answer, upstream));
  server.on('upgrade', (asked, socket, head) => {
    socket.on('error', () => {});
    proxySocket(asked, socket, head, upstream);
  });
  server.listen(0, '127.0.0.1');
  close.defer(() => void server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  close.defer(() => void client.destroy());
  const heard: Buffer[] = [];
  client.on('error', () => {}).on('data', (data: Buffer) => void heard.push(data));
  client.write(`GET / HTTP/1.1\r\nHost: one.localhost\r\n${headers}\r\n\r\n`);
  await once(client, 'close');
  return Buffer.concat(heard).toString('latin1');
}

test.each(['asked', 'at once'] as const)('words of a status that no answer may have, %s', async (when) => {
  const answer = await answered('HTTP/1.1 200 a\x01b\r\ncontent-length: 4\r\n\r\nhere', when);
  expect(answer).toMatch(/^HTTP\/1\.1 200 \r\n[\s\S]*\r\n\r\nhere$/);
  expect(thrown).toEqual([]);
});

test.each(['asked', 'at once'] as const)('a status that is none, %s', async (when) => {
  const answer = await answered('HTTP/1.1 099 Strange\r\ncontent-length: 4\r\n\r\nhere', when);
  expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  expect(thrown).toEqual([]);
});

test('names of headers that mean something to JavaScript', async () => {
  const strange = '__proto__: x\r\nconstructor: y\r\n';
  const answer = await answered(`HTTP/1.1 200 OK\r\n${strange}content-length: 4\r\n\r\nhere`, 'at once', {
    headers: `${strange}${PLAIN}`,
  });
  expect(answer).toMatch(/\r\n__proto__: x\r\nconstructor: y\r\n[\s\S]*\r\n\r\nhere$/);
  expect(thrown).toEqual([]);
});

test('another protocol that nobody asked for', async () => {
  const text = 'HTTP/1.1 101 Switching\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\nmore';
  expect(await answered(text)).toMatch(/^HTTP\/1\.1 502 [\s\S]*nobody asked for/);
  expect(thrown).toEqual([]);
});

test('an answer in the place of a socket, which breaks off', async () => {
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello';
  expect(await answered(text, 'asked', { headers: SOCKET })).toMatch(/^HTTP\/1\.1 200 [\s\S]*hello$/);
  expect(thrown).toEqual([]);
});

test('an answer in the place of a socket, over a connection that breaks later', async () => {
  const text = 'HTTP/1.1 400 No\r\ncontent-length: 4\r\n\r\nhere';
  const { promise: over, reject } = Promise.withResolvers<void>();
  expect(await answered(text, 'asked', { headers: SOCKET, over })).toMatch(/^HTTP\/1\.1 400 [\s\S]*here$/);
  await expect.poll(() => last?.left).toBe(true);
  reject(new Error('the link broke'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(thrown).toEqual([]);
});
