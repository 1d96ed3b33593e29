import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

const refuse = () => expect.fail('nobody was to connect');

async function occupied(host: string, port = 0) {
  const server = createServer().listen({ host, port, ipv6Only: true });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

test('localhost is either protocol, and what is disposed is free again', async () => {
  using spare = await occupied('127.0.0.1');
  const { port } = spare;
  spare[Symbol.dispose]();
  for (let i = 0; i < 2; i++) {
    let connections = 0;
    const accept = () => void connections++;
    using own = await listenOnLoopback({ port, local: null }, (connection) => {
      accept();
      connection.end('here');
    });
    expect(own).toMatchObject({ port, moved: null });
    for (const host of ['127.0.0.1', '::1']) {
      const [said] = await once(connect({ port, host }), 'data');
      expect(String(said)).toBe('here');
    }
    expect(connections).toBe(2);
  }
});

test.each(['127.0.0.1', '::1'])('a port that another program has at %s is left to it', async (host) => {
  using taken = await occupied(host);
  await expect(listenOnLoopback({ port: 1, local: taken.port }, refuse)).rejects.toMatchObject({
    reason: 'LOCAL_PORT_TAKEN',
    message: `cannot listen on localhost:${taken.port}: another program has it`,
  });
  using other = await listenOnLoopback({ port: taken.port, local: null }, refuse);
  expect(other.moved).toBe('taken');
  expect(other.port).toBeGreaterThan(taken.port);
});

test('a port that is kept for another is not taken, but where it is named', async () => {
  using spare = await occupied('127.0.0.1');
  const { port } = spare;
  spare[Symbol.dispose]();
  using other = await listenOnLoopback({ port, local: null }, refuse, { apart: [port] });
  expect(other.moved).toBe('own');
  expect(other.port).not.toBe(port);
  using named = await listenOnLoopback({ port: 1, local: port }, refuse, { apart: [port] });
  expect(named).toMatchObject({ port, moved: null });
});

test('a hundred sessions with the same port have a hundred local ones', async () => {
  using taken = await occupied('127.0.0.1');
  const word = { port: taken.port, local: null };
  const all = await Promise.all(Array.from({ length: 100 }, () => listenOnLoopback(word, refuse)));
  expect(new Set(all.map(({ port }) => port)).size).toBe(100);
  for (const one of all) one[Symbol.dispose]();
});
