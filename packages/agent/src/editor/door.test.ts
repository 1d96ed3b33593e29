import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { editorDoor } from './door.ts';

let directory: string;
let socket: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-door-'));
  socket = join(directory, 's');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

/** What the watch waits for next is there. */
const waits = async () => {
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
};

test('who closes each connection at once is asked again, and not without a pause', async () => {
  let seen = 0;
  const server = createServer((connection) => {
    seen += 1;
    connection.destroy();
  }).listen(socket);
  await once(server, 'listening');
  let gone = 0;
  using _watch = editorDoor.watch(socket, () => void gone++);
  for (let i = 1; i < 4; i++) {
    await waits();
    // The first time it may have ended just then.
    vi.advanceTimersByTime(i === 1 ? 0 : 999);
    expect(vi.getTimerCount()).toBe(i === 1 ? 0 : 1);
    vi.advanceTimersByTime(1);
  }
  await waits();
  expect({ seen, gone }).toEqual({ seen: 4, gone: 0 });
  server.close();
});

test('one that is too busy to take a connection is there', async () => {
  const listen = 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die; print "on\\n"; sleep 100';
  const busy = spawn('/usr/bin/perl', ['-MIO::Socket::UNIX', '-e', `$| = 1; $s = ${listen}`, socket]);
  await once(busy.stdout, 'data');
  const held: Socket[] = [];
  for (let full = false; !full; ) {
    const one = connect(socket);
    held.push(one);
    full = await new Promise((resolve) => {
      one.once('connect', () => resolve(false)).once('error', () => resolve(true));
    });
  }
  const gone = Promise.withResolvers<void>();
  let isGone = false;
  using _watch = editorDoor.watch(socket, () => {
    isGone = true;
    gone.resolve();
  });
  await Promise.race([waits(), gone.promise]);
  expect(isGone).toBe(false);
  busy.kill();
  await once(busy, 'close');
  vi.advanceTimersByTime(1000);
  await gone.promise;
  for (const one of held) one.destroy();
});
