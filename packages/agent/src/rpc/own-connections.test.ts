import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OwnConnections } from './own-connections.ts';

let directory: string;
let server: Server;
let connections: OwnConnections;
const grpc = http2.createServer((_request, response) => response.end('served'));
const opened: Socket[] = [];
const at = () => join(directory, 'socket');
const never = new AbortController().signal;

beforeEach(async () => {
  directory = mkdtempSync('/tmp/boc-');
  connections = new OwnConnections();
  server = createServer((connection) => {
    connection.on('error', () => {});
    opened.push(connection);
    connections.sort(connection, () => grpc.emit('connection', connection));
  });
  server.listen(at());
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
  rmSync(directory, { recursive: true, force: true });
});

function dialled(): Socket {
  const socket = connect(at());
  socket.on('error', () => {});
  opened.push(socket);
  return socket;
}

async function served(): Promise<string> {
  const session = http2.connect('http://agent', { createConnection: () => dialled() });
  const request = session.request({ ':path': '/' });
  let text = '';
  for await (const chunk of request) text += chunk;
  session.destroy();
  return text;
}

test('the connection that begins with the name is the one, and nothing after its line was read', async () => {
  const { name, arrives } = connections.expect(never);
  const caller = dialled();
  const line = connectionLine(name);
  await new Promise((resolve) => caller.write(line.slice(0, 20), resolve));
  caller.write(line.slice(20));
  const connection = await arrives;
  expect(connection.readableLength).toBe(0);
  connection.end('mine');
  expect(String((await once(caller, 'data'))[0])).toBe('mine');
});

test('calls are served while one is expected, and before and after', async () => {
  expect(await served()).toBe('served');
  const { name, arrives } = connections.expect(never);
  expect(await served()).toBe('served');
  dialled().write(connectionLine(name));
  await arrives;
  expect(await served()).toBe('served');
});

test('who says nothing is greeted once none is expected any more', async () => {
  const over = new AbortController();
  const { arrives } = connections.expect(over.signal);
  const silent = dialled();
  await once(silent, 'connect');
  over.abort();
  await expect(arrives).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
  expect((await once(silent, 'data'))[0].length).toBeGreaterThan(0);
});

test.each([
  ['another name', () => connectionLine('f'.repeat(32))],
  ['more than the line', (name: string) => `${connectionLine(name)}more`],
  ['no end of the line', (name: string) => `${connectionLine(name).trim()} `],
])('%s is closed without an answer', async (_, line) => {
  const { name, arrives } = connections.expect(AbortSignal.timeout(500));
  const caller = dialled();
  const heard: Buffer[] = [];
  caller.on('data', (data) => heard.push(data));
  caller.write(line(name));
  await once(caller, 'close');
  expect(heard).toEqual([]);
  await expect(arrives).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
});

test('a name is good for one connection', async () => {
  const { name, arrives } = connections.expect(never);
  connections.expect(AbortSignal.timeout(2000)).arrives.catch(() => {});
  dialled().write(connectionLine(name));
  await arrives;
  const second = dialled();
  second.write(connectionLine(name));
  second.resume();
  await once(second, 'close');
});

test('who may speak first has what it said with its line', async () => {
  const { name, arrives } = connections.expect(never, { speaksFirst: true });
  dialled().write(`${connectionLine(name)}GET /`);
  const connection = await arrives;
  expect(String((await once(connection, 'data'))[0])).toBe('GET /');
});
