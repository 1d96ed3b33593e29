import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { startHealth } from './health.ts';
import { createMetrics } from './metrics.ts';

async function readyz(port: number | null): Promise<string> {
  const connection = connect(port ?? 0, '127.0.0.1');
  connection.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [head = '', body = ''] = (await text(connection)).split('\r\n\r\n');
  return `${head.split(' ')[1]} ${body}`;
}

it('is ready once it serves, and neither while the host drains nor from its end on', async () => {
  const told = new Map<string, boolean>();
  let draining = true;
  const figures = () => {
    throw new Error('nobody asks');
  };
  await using health = await startHealth({
    env: {},
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ version: '1.2.3', figures }),
    eventLoop: { lagMs: () => 0, typicalLagMs: () => 0, [Symbol.dispose]() {} },
    journal: { ping() {} },
    socket: '/nonexistent/agent.sock',
    terminals: () => [],
    draining: () => draining,
    httpPort: 0,
    notify: async () => true,
    status: () => '',
  });
  expect(await readyz(health.httpPort)).toBe('503 starting\n');
  const first = new Promise<void>((resolve) => {
    health.serving((service, healthy) => {
      told.set(service, healthy);
      if (service === '') resolve();
    });
  });
  expect(await readyz(health.httpPort)).toBe('503 draining\n');
  draining = false;
  expect(await readyz(health.httpPort)).toMatch(/^503 socket: .*ENOENT/);
  await first;
  // One failure is none yet for the agent as a whole.
  expect(Object.fromEntries(told)).toEqual({
    'berth.check.event-loop': true,
    'berth.check.journal': true,
    'berth.check.tmux': true,
    'berth.check.socket': false,
    '': true,
  });
  expect(health.warnings()).toEqual([expect.stringMatching(/^health check socket failed: .*ENOENT/)]);
  health.stopping();
  expect(await readyz(health.httpPort)).toBe('503 stopping\n');
});
