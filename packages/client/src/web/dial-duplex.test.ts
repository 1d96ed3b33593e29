import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import type { DialMessage } from '../rpc/host-client.ts';
import { DialDuplex } from './dial-duplex.ts';

function dialled(messages: () => AsyncGenerator<DialMessage>) {
  const written: string[] = [];
  const stop = new AbortController();
  let ended = false;
  const duplex = new DialDuplex(
    {
      messages: messages(),
      write: async (data) => void written.push(Buffer.from(data).toString()),
      end: () => {
        ended = true;
      },
    },
    stop,
  );
  return { duplex, written, stop, ended: () => ended };
}

test('each side ends by itself', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { duplex, written, ended } = dialled(async function* () {
    yield { kind: 'opened' };
    await asked;
    yield { kind: 'data', data: Buffer.from('answer') };
    yield { kind: 'end' };
  });
  duplex.end('question');
  await expect.poll(ended).toBe(true);
  expect(written).toEqual(['question']);
  resolve();
  expect(await text(duplex)).toBe('answer');
});

test('what nobody reads is not taken', async () => {
  let produced = 0;
  const { duplex } = dialled(async function* () {
    for (; produced < 1000; produced++) yield { kind: 'data', data: Buffer.alloc(64 * 1024) };
  });
  for (let i = 0; i < 1000; i++) await Promise.resolve();
  expect(produced).toBeLessThan(5);
  let read = 0;
  for await (const part of duplex) read += (part as Buffer).length;
  expect(read).toBe(1000 * 64 * 1024);
});

test('a connection that breaks is an error; one that is given up ends the dial', async () => {
  const broken = dialled(async function* () {
    yield { kind: 'opened' };
    throw new Error('cut');
  });
  await expect(text(broken.duplex)).rejects.toThrow('cut');
  const given = dialled(async function* () {
    yield { kind: 'opened' };
    await new Promise(() => {});
  });
  vi.useFakeTimers();
  given.duplex.destroy();
  // It says that it leaves, and gives the other side the time to hear it.
  expect({ ended: given.ended(), aborted: given.stop.signal.aborted }).toEqual({
    ended: true,
    aborted: false,
  });
  vi.advanceTimersByTime(2000);
  vi.useRealTimers();
  expect(given.stop.signal.aborted).toBe(true);
});

test('one that breaks while nobody uses it breaks nothing else', async () => {
  const { duplex, stop } = dialled(async function* () {
    yield { kind: 'opened' };
    throw new Error('cut');
  });
  await expect.poll(() => stop.signal.aborted).toBe(true);
  expect(duplex.listenerCount('error')).toBeGreaterThan(0);
});

test('what comes after it was given up is not waited for without end', async () => {
  let produced = 0;
  const { duplex, stop } = dialled(async function* () {
    for (; produced < 1000; produced++) yield { kind: 'data', data: Buffer.alloc(64 * 1024) };
  });
  duplex.destroy();
  await expect.poll(() => stop.signal.aborted).toBe(true);
  expect(produced).toBeLessThan(20);
});
