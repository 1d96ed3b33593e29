import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listeners } from './listeners.ts';

test('a port is there while somebody listens on it, and says who', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const own = listeners([process.pid]).find((one) => one.port === port);
  expect(own).toMatchObject({ port, addresses: ['127.0.0.1'], pid: process.pid });
  expect(own?.program).not.toBe('');
  expect(listeners(null).map((one) => one.port)).toContain(port);
  expect(listeners([1, 2 ** 30]).map((one) => one.port)).not.toContain(port);
  server.close();
  await once(server, 'close');
  expect(listeners([process.pid]).map((one) => one.port)).not.toContain(port);
});
