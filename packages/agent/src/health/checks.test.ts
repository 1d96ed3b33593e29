import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Check, createChecks, eventLoopCheck, journalCheck, socketCheck, tmuxCheck } from './checks.ts';

const fine: Check = { name: 'journal', look: () => 'fine', restartMends: () => true };

describe('looking at everything', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('counts what hangs as failed, and waits for nothing else', async () => {
    let end: (seen: string) => void = () => {};
    const look = vi.fn(() => new Promise<string>((resolve) => (end = resolve)));
    const hanging: Check = { name: 'tmux', look, restartMends: () => false };
    const report = createChecks([hanging, fine], 3000);
    const failed = (detail: string) => ({
      ok: false,
      checks: [
        { name: 'tmux', ok: false, detail, restartMends: false },
        { name: 'journal', ok: true, detail: 'fine', restartMends: false },
      ],
    });

    const first = report();
    await vi.advanceTimersByTimeAsync(3000);
    expect(await first).toEqual(failed('no answer within 3000 ms'));
    // Looks must not pile up behind one that hangs.
    expect(await report()).toEqual(failed('still no answer to an earlier check'));
    expect(look).toHaveBeenCalledTimes(1);
    end('at last');
    await vi.advanceTimersByTimeAsync(0);
    look.mockImplementation(() => Promise.resolve('well'));
    expect(await report()).toMatchObject({ ok: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('makes one line of whatever is thrown, at once or later', async () => {
    const thrown: Check = {
      name: 'journal',
      look() {
        throw new Error('two\nlines');
      },
      restartMends: () => true,
    };
    const rejected: Check = { name: 'tmux', look: () => Promise.reject('text'), restartMends: () => false };
    const { ok, checks } = await createChecks([thrown, rejected], 3000)();
    expect(ok).toBe(false);
    expect(checks[0]?.detail).not.toContain('\n');
    expect(checks).toMatchObject([{ restartMends: true }, { detail: 'text', restartMends: false }]);
  });
});

it('allows the event loop to be a little late, and minds a long hold-up less than one after the other', async () => {
  const loop = (lag: number, typical: number) =>
    createChecks([eventLoopCheck({ lagMs: () => lag, typicalLagMs: () => typical }, 1000)], 3000)();
  expect(await loop(1000, 1000)).toMatchObject({ ok: true, checks: [{ detail: '1000 ms late' }] });
  const failed = (restartMends: boolean) => ({ ok: false, checks: [{ name: 'event-loop', restartMends }] });
  expect(await loop(5000, 1000)).toMatchObject(failed(false));
  expect(await loop(5000, 1001)).toMatchObject(failed(true));
});

it('says of the journal whether a new start would mend it', async () => {
  const check = (error: Error) =>
    createChecks(
      [
        journalCheck({
          ping() {
            throw error;
          },
        }),
      ],
      3000,
    )();
  expect(await check(new Error('database is locked'))).toMatchObject({
    checks: [{ name: 'journal', ok: false, detail: 'database is locked', restartMends: true }],
  });
  expect(await check(new BerthError('DISK_FULL', 'disk full'))).toMatchObject({
    checks: [{ ok: false, detail: 'disk full', restartMends: false }],
  });
});

it('asks one tmux after the other', async () => {
  const asked: string[] = [];
  const terminal = (sessionId: string) => ({
    sessionId,
    observe: async () => {
      asked.push(sessionId);
      if (sessionId === 'bad') throw new Error('timed out');
      return null;
    },
  });
  let live = ['a', 'bad', 'c'].map(terminal);
  const report = createChecks([tmuxCheck(() => live)], 3000);
  expect(await report()).toMatchObject({ ok: true });
  expect(await report()).toMatchObject({
    checks: [{ ok: false, detail: 'the tmux server of bad does not answer: timed out' }],
  });
  expect(await report()).toMatchObject({ ok: true });
  expect(asked).toEqual(['a', 'bad', 'c']);
  live = [];
  expect(await report()).toMatchObject({ ok: true, checks: [{ detail: 'no session to ask' }] });
});

describe('the socket', () => {
  let directory: string;
  let socket: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'bh-'));
    socket = path.join(directory, 's');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('answers where HTTP/2 is spoken', async () => {
    const server = createHttp2().listen(socket);
    try {
      expect(await socketCheck(socket).look()).toBe('answers');
    } finally {
      server.close();
    }
  });

  it('fails where nobody listens', async () => {
    await expect(socketCheck(socket).look()).rejects.toThrow(/ENOENT/);
  });

  it('fails where somebody listens and says nothing, and leaves no connection behind', async () => {
    const connections: Socket[] = [];
    const server = createServer((connection) => connections.push(connection.resume())).listen(socket);
    try {
      await expect(socketCheck(socket).look()).rejects.toThrow(/does not answer/);
      await vi.waitFor(() => expect(connections.map(({ destroyed }) => destroyed)).toEqual([true]));
    } finally {
      server.close();
    }
  });
});
