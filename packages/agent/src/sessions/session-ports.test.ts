import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Session } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import { SessionPorts } from './session-ports.ts';

const session = { id: 'sess-1', state: 'running' } as Session;
const { signal } = new AbortController();
const any = { port: 3000, anyProcess: false };

/** A machine without the newer protocol, where the session listens on `::`. */
function machine(others: readonly string[] = [], code = 'EADDRNOTAVAIL') {
  const tried: string[] = [];
  const listener = { port: 3000, addresses: ['::'], program: 'node', pid: 1, sockets: [] };
  const ports = new SessionPorts({
    files: { paths: () => ({}) } as unknown as SessionFiles,
    units: { members: async () => [1] },
    network: {
      listeners: async () => [listener],
      holds: () => true,
      addresses: () => ['::', ...others],
      async connect({ address }) {
        tried.push(address);
        if (address === '::1') throw Object.assign(new Error(`connect ${code}`), { code });
        return new PassThrough();
      },
    },
  });
  return { ports, tried };
}

test('what listens on all addresses is reached where a machine has only the older protocol', async () => {
  const { ports, tried } = machine();
  await ports.dial(session, any, signal);
  expect(tried).toEqual(['::1', '127.0.0.1']);
});

test.each([
  ['somebody else listens at the other address', machine(['127.0.0.1']), 'EADDRNOTAVAIL'],
  ['it takes no connection', machine([], 'ECONNREFUSED'), 'ECONNREFUSED'],
])('nowhere else is tried where %s', async (_, { ports, tried }, code) => {
  const message = `port 3000 of session sess-1 takes no connection: connect ${code}`;
  await expect(ports.dial(session, any, signal)).rejects.toMatchObject({ reason: 'PORT_CLOSED', message });
  expect(tried).toEqual(['::1']);
});
