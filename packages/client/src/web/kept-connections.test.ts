/** A server behind a proxy as sessions have it: over connections that cost something, or that hang. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DialStream } from '../rpc/host-client.ts';
import { KeptConnections } from './kept-connections.ts';
import { proxyRequest } from './proxy.ts';

type Answer = (asked: IncomingMessage, answer: ServerResponse) => void;
let close: AsyncDisposableStack;
let kept: KeptConnections;
let dials: Socket[];

beforeEach(() => {
  close = new AsyncDisposableStack();
  kept = close.use(new KeptConnections());
  dials = [];
});
afterEach(() => close.disposeAsync());

async function listening(answer: Answer): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  close.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** As the agent's: what was written, and what comes. */
function dialTo(port: number): DialStream {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  dials.push(socket);
  socket.on('error', () => {});
  async function* messages() {
    yield { kind: 'opened' as const };
    for await (const data of socket) yield { kind: 'data' as const, data: data as Buffer };
    yield { kind: 'end' as const };
  }
  return { messages: messages(), write: async (data) => void socket.write(data), end: () => socket.end() };
}

/** What asks the proxy of a server, as app `name`. */
async function proxied(port: number, name = 'one') {
  const dial = async () => dialTo(port);
  const between = { origin: `http://${name}.localhost`, host: 'localhost', frames: [] };
  const at = await listening((asked, answer) =>
    proxyRequest(asked, answer, { ...between, dial, kept: kept.of(name, dial) }),
  );
  return async (path: string, { method = 'GET', body }: { method?: string; body?: string } = {}) => {
    const asked = request({ port: at, path, method, agent: new Agent() }).end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, body: await text(answer) };
  };
}

test('one connection serves what is asked one after another', async () => {
  const ask = await proxied(await listening((asked, answer) => answer.end(asked.url)));
  for (let i = 0; i < 20; i++) expect(await ask(`/${i}`)).toEqual({ status: 200, body: `/${i}` });
  expect(dials).toHaveLength(1);
});

test('a connection that the server hung up on is replaced, unnoticed', async () => {
  const ask = await proxied(await listening((asked, answer) => answer.end(asked.url)));
  await ask('/first');
  dials[0]?.destroy();
  expect(await ask('/second')).toEqual({ status: 200, body: '/second' });
  expect(dials).toHaveLength(2);
});

test('a connection that the server ended while nobody asked is not used again', async () => {
  const sockets: Socket[] = [];
  const ask = await proxied(
    await listening(({ socket, url }, answer) => {
      sockets.push(socket);
      answer.end(url);
    }),
  );
  await ask('/first');
  sockets[0]?.end();
  await expect.poll(() => dials[0]?.writableEnded).toBe(true);
  expect(await ask('/second')).toEqual({ status: 200, body: '/second' });
});

test('one that hangs up each time is told, and what has an effect is asked once', async () => {
  const asked: string[] = [];
  const ask = await proxied(
    await listening(({ method = '', url, socket }, answer) => {
      asked.push(method);
      if (url === '/good') answer.end();
      else socket.destroy();
    }),
  );
  await ask('/good');
  expect((await ask('/bad')).status).toBe(502);
  await ask('/good');
  expect((await ask('/bad', { method: 'POST', body: 'x' })).status).toBe(502);
  expect(asked).toEqual(['GET', 'GET', 'GET', 'GET', 'POST']);
});

test('apps share nothing: one that never answers holds up no other', async () => {
  const never = await proxied(await listening(() => {}), 'never');
  const ask = await proxied(await listening((_asked, answer) => answer.end('here')), 'good');
  for (let i = 0; i < 50; i++) void never('/').catch(() => {});
  await expect.poll(() => dials.length).toBe(32);
  expect(await ask('/')).toEqual({ status: 200, body: 'here' });
});

test('what nobody asks for any more is hung up on', async () => {
  const ask = await proxied(await listening((_asked, answer) => answer.end()));
  await ask('/');
  kept[Symbol.dispose]();
  await expect.poll(() => dials[0]?.writableEnded).toBe(true);
});
