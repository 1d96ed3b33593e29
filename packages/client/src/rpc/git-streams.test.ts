import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Channel } from './channel.ts';
import { gitStreams } from './git-streams.ts';
import type { Way } from './own-connection.ts';

type Answer = { data: Buffer; connection: string };

let directory: string;
let server: Server;
const taken: Socket[] = [];
beforeEach(async () => {
  directory = mkdtempSync('/tmp/bgs-');
  server = createServer((socket) => taken.push(socket));
  server.listen(join(directory, 'socket'));
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of taken.splice(0)) socket.destroy();
  if (server.listening) await once(server.close(), 'close');
  rmSync(directory, { recursive: true, force: true });
});

/** Gives these answers, and keeps what was asked. */
function streams(kind: Way['link']['kind'], ...answers: Answer[]) {
  const asked: { message: { open?: { ownConnection: boolean } } }[] = [];
  const stubs = { workspace: { push: stream, pull: stream } };
  function stream() {
    return { write: (request: (typeof asked)[0]) => asked.push(request), end: () => {} };
  }
  const channel = {
    async *stream(open: (with_: typeof stubs) => unknown) {
      open(stubs);
      yield* answers;
    },
  } as unknown as Channel;
  const way = { host: { name: 'dev' }, link: { kind, socketPath: join(directory, 'socket') } };
  return { calls: gitStreams(channel, way), wanted: () => asked[0]?.message.open?.ownConnection };
}

const signal = new AbortController().signal;
const push = { repository: 'r', upload: 'u', shallow: false };
const data = (text: string): Answer => ({ data: Buffer.from(text), connection: '' });
const named: Answer = { data: Buffer.alloc(0), connection: 'abc' };

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  return text;
}

test.each(['local', 'forward'] as const)(
  'over a %s link git gets the connection that is named',
  async (kind) => {
    const { calls, wanted } = streams(kind, named);
    const { connection, data: rest } = await calls.push(push, signal);
    if (taken.length === 0) await once(server, 'connection');
    const [line] = await once(taken[0] as Socket, 'data');
    expect([String(line), wanted(), await read(rest)]).toEqual([connectionLine('abc'), true, '']);
    // Nothing of what follows is read here.
    taken[0]?.write('for git');
    expect([connection?.isPaused(), connection?.bytesRead]).toEqual([true, 0]);
    connection?.destroy();
  },
);

test('an agent that knows of no connections is spoken with over the call, from its first word', async () => {
  const { calls, wanted } = streams('forward', data('one '), data('two'));
  const { connection, data: all } = await calls.pull({ session: 's', protocol: '' }, signal);
  expect([connection, wanted(), await read(all)]).toEqual([null, true, 'one two']);
});

test.each([
  ['what is shallow', 'forward', true],
  ['what goes by dial-stdio', 'dial-stdio', false],
] as const)('%s goes over the call', async (_, kind, shallow) => {
  const { calls, wanted } = streams(kind, data('one'));
  const { connection, data: all } = await calls.push({ ...push, shallow }, signal);
  expect([connection, await read(all), wanted()]).toEqual([null, 'one', false]);
});

test('a connection that cannot be made is told with its host', async () => {
  await once(server.close(), 'close');
  const { calls } = streams('local', named);
  await expect(calls.push(push, signal)).rejects.toMatchObject({
    reason: 'HOST_UNREACHABLE',
    message: expect.stringContaining('dev'),
  });
});
