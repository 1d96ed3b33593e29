import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { addressesOf, holds, listeners } from './listeners.ts';

test('a port is there while somebody listens on it, and says who', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const own = listeners([process.pid]).find((one) => one.port === port);
  // Not what it calls itself: that is the name of a thread.
  const program = path.basename(process.execPath);
  expect(own).toMatchObject({ port, addresses: ['127.0.0.1'], pid: process.pid, program });
  expect(own?.sockets.map(holds)).toEqual([true]);
  expect(addressesOf(port)).toEqual(['127.0.0.1']);
  expect(listeners([1, 2 ** 30]).map((one) => one.port)).not.toContain(port);
  server.close();
  await once(server, 'close');
  expect(own?.sockets.map(holds)).toEqual([false]);
  expect(addressesOf(port)).toEqual([]);
  expect(listeners([process.pid]).map((one) => one.port)).not.toContain(port);
});
