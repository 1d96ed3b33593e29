import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { DialRequest, DialResponse } from '@berth/shared/gen/berth/v1/port';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Channel } from './channel.ts';
import { portCalls } from './dial-stream.ts';
import type { DialMessage } from './host-client.ts';
import type { Way } from './own-connection.ts';

let directory: string;
let server: Server;
const taken: Socket[] = [];
beforeEach(async () => {
  directory = mkdtempSync('/tmp/bds-');
  server = createServer({ allowHalfOpen: true }, (socket) => taken.push(socket));
  server.listen(join(directory, 'socket'));
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of taken.splice(0)) socket.destroy();
  if (server.listening) await once(server.close(), 'close');
  rmSync(directory, { recursive: true, force: true });
});

const END: DialResponse = { message: { $case: 'end', end: {} } };
const opened = (connection: string): DialResponse => ({
  message: { $case: 'opened', opened: { connection } },
});

/** A call that answers what is put into `answers`, and keeps what it is asked. */
function dialled(kind: Way['link']['kind']) {
  const asked: DialRequest[] = [];
  const answers = new PassThrough({ objectMode: true });
  let left = false;
  const stream = {
    write: (request: DialRequest) => asked.push(request),
    end: () => {
      left = true;
    },
  };
  const channel = {
    async *stream(open: (stubs: object) => unknown, signal: AbortSignal) {
      open({ port: { dial: () => stream } });
      signal.addEventListener('abort', () => answers.end());
      yield* answers;
    },
  } as unknown as Channel;
  const way = { host: { name: 'dev' }, link: { kind, socketPath: join(directory, 'socket') } };
  const taker = new AbortController();
  const dial = portCalls(channel, way).dial({ session: 's', port: 80, anyProcess: false }, taker.signal);
  return { dial, asked, answers, taker, hasLeft: () => left };
}

async function connection(): Promise<Socket> {
  if (taken.length === 0) await once(server, 'connection');
  return taken[0] as Socket;
}

const textOf = (messages: readonly DialMessage[]) =>
  messages.map((message) => (message.kind === 'data' ? String(message.data) : message.kind));

test('bytes go over the connection that is named, and an end is one once it is said', async () => {
  const { dial, asked, answers, hasLeft } = dialled('forward');
  answers.write(opened('abc'));
  const heard: DialMessage[] = [];
  const all = (async () => {
    for await (const message of dial.messages) heard.push(message);
  })();
  const there = await connection();
  await dial.write(Buffer.from('asked'));
  dial.end();
  let said = '';
  for await (const data of there.iterator({ destroyOnReturn: false })) said += data;
  expect([said, hasLeft()]).toEqual([`${connectionLine('abc')}asked`, true]);
  there.end(`${connectionLine('abc')}answered`);
  await once(there, 'finish');
  answers.write(END);
  answers.end();
  await all;
  expect(textOf(heard)).toEqual(['opened', 'answered', 'end']);
  expect(asked).toEqual([
    {
      message: {
        $case: 'open',
        open: {
          session: 's',
          target: { $case: 'port', port: { port: 80, anyProcess: false } },
          ownConnection: true,
        },
      },
    },
  ]);
});

test.each([
  ['breaks', (there: Socket) => there.destroy()],
  ['ends', (there: Socket) => there.end()],
])('one that %s and of which nobody said so is broken', async (_, stop) => {
  const { dial, answers } = dialled('local');
  answers.write(opened('abc'));
  const messages = dial.messages[Symbol.asyncIterator]();
  expect((await messages.next()).value).toEqual({ kind: 'opened' });
  stop(await connection());
  answers.end();
  await expect(messages.next()).rejects.toMatchObject({ reason: 'PORT_CLOSED' });
});

test('of an agent that knows nothing of it no byte is passed on', async () => {
  const { dial, answers } = dialled('local');
  answers.write(opened('abc'));
  const messages = dial.messages[Symbol.asyncIterator]();
  await messages.next();
  // As a server of HTTP/2 greets whoever comes.
  (await connection()).write(Buffer.from('00000604000000000000', 'hex'));
  answers.end();
  await expect(messages.next()).rejects.toMatchObject({ reason: 'PORT_CLOSED' });
});

test('why the call failed is told, not how its connection ended', async () => {
  const { dial, answers } = dialled('local');
  answers.write(opened('abc'));
  const messages = dial.messages[Symbol.asyncIterator]();
  await messages.next();
  (await connection()).destroy();
  answers.destroy(new Error('nothing listens there'));
  await expect(messages.next()).rejects.toThrow('nothing listens there');
});

test('whoever stops closes the connection', async () => {
  const { dial, answers, taker } = dialled('local');
  answers.write(opened('abc'));
  const messages = dial.messages[Symbol.asyncIterator]();
  await messages.next();
  const there = await connection();
  there.resume();
  const ended = once(there, 'end');
  const next = messages.next();
  taker.abort();
  await ended;
  expect((await next).done).toBe(true);
});

test.each([
  ['an agent that names none', 'forward', true],
  ['dial-stdio', 'dial-stdio', false],
] as const)('with %s the bytes go over the call', async (_, kind, wanted) => {
  const { dial, asked, answers } = dialled(kind);
  for (const answer of [opened(''), { message: { $case: 'data' as const, data: Buffer.from('hi') } }, END]) {
    answers.write(answer);
  }
  answers.end();
  const heard: DialMessage[] = [];
  for await (const message of dial.messages) {
    if (message.kind === 'opened') await dial.write(Buffer.from('asked'));
    heard.push(message);
  }
  expect(textOf(heard)).toEqual(['opened', 'hi', 'end']);
  expect(asked[0]?.message).toMatchObject({ open: { ownConnection: wanted } });
  expect(asked[1]?.message).toEqual({ $case: 'data', data: Buffer.from('asked') });
});
