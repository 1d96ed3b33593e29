import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { DialMessage, DialStream } from '../rpc/host-client.ts';
import { join } from './join.ts';

/** Both ends of a connection of this machine; nobody reads the one that is to be joined. */
async function connection(): Promise<{ program: Socket; local: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const program = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [local] = (await once(server, 'connection')) as [Socket];
  for (const one of [program, local]) one.on('error', () => {});
  server.close();
  onTestFinished(() => {
    program.destroy();
    local.destroy();
  });
  return { program, local };
}

/** A host whose messages the test writes, and that takes what it is sent when it likes. */
function host() {
  const messages: (DialMessage | Error | null)[] = [];
  let wake = Promise.withResolvers<void>();
  const taken: Buffer[] = [];
  const ended = Promise.withResolvers<void>();
  async function* told(): AsyncGenerator<DialMessage> {
    for (;;) {
      const next = messages.shift();
      if (next === null) return;
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await wake.promise;
    }
  }
  const remote: DialStream = {
    messages: told(),
    async write(data) {
      await new Promise((resolve) => setImmediate(resolve));
      taken.push(Buffer.from(data));
    },
    end: () => ended.resolve(),
  };
  return {
    remote,
    ended: ended.promise,
    taken: () => Buffer.concat(taken),
    /** An error breaks the call; null ends it. */
    says(...more: (DialMessage | Error | null)[]) {
      messages.push(...more);
      wake.resolve();
      wake = Promise.withResolvers();
    },
  };
}

function watched() {
  const seen = { opened: 0, broken: 0 };
  return { seen, joining: { opened: () => void seen.opened++, broken: () => void seen.broken++ } };
}

async function all(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const DATA: DialMessage = { kind: 'data', data: Buffer.alloc(1 << 20, 'x') };

test.each([0, 1, 5 << 20])('who ends after %i bytes is answered all the same', async (size) => {
  const { program, local } = await connection();
  const { remote, ended, taken, says } = host();
  const { seen, joining } = watched();
  program.end(Buffer.alloc(size, 'y'));
  // Its end is there before anybody takes what it said, where that is not too much.
  if (size < 2) await once(program, 'finish');
  const joined = join(local, remote, joining);
  says({ kind: 'opened' });
  await ended;
  expect(taken().equals(Buffer.alloc(size, 'y'))).toBe(true);
  says(DATA, DATA, { kind: 'end' }, null);
  expect(await all(program)).toBe('x'.repeat(2 << 20));
  await joined;
  expect(seen).toEqual({ opened: 1, broken: 0 });
});

test('what is said after the other side has ended still reaches it, to the last byte', async () => {
  const { program, local } = await connection();
  const { remote, ended, taken, says } = host();
  const { seen, joining } = watched();
  const joined = join(local, remote, joining);
  says({ kind: 'opened' }, { kind: 'end' });
  expect(await all(program)).toBe('');
  program.end(Buffer.alloc(5 << 20, 'z'));
  await ended;
  // Its socket is closed by now; the call is not to be ended for that.
  if (!local.closed) await once(local, 'close');
  expect(taken()).toHaveLength(5 << 20);
  expect(seen.broken).toBe(0);
  says(null);
  await joined;
});

test('where there is no connection nothing of the local one is taken', async () => {
  const { program, local } = await connection();
  const { seen, joining } = watched();
  program.end('first words');
  const away = host();
  away.says(new Error('away'));
  await expect(join(local, away.remote, joining)).rejects.toThrow('away');
  const { remote, ended, taken, says } = host();
  const joined = join(local, remote, joining);
  says({ kind: 'opened' });
  await ended;
  expect(taken().toString()).toBe('first words');
  says({ kind: 'end' }, null);
  await joined;
  expect(seen).toEqual({ opened: 1, broken: 0 });
});

test('a local connection that breaks is told', async () => {
  const { program, local } = await connection();
  const { remote, says } = host();
  const broken = Promise.withResolvers<void>();
  const joined = join(local, remote, { opened: () => program.resetAndDestroy(), broken: broken.resolve });
  says({ kind: 'opened' });
  await broken.promise;
  says(DATA, null);
  await joined;
});
