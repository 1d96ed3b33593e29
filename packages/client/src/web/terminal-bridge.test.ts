import { BerthError } from '@berth/shared/domain/berth-error';
import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, test } from 'vitest';
import type { AttachMessage, HostClient } from '../rpc/host-client.ts';
import { TERMINAL_WINDOW, type TerminalMessage } from './protocol.ts';
import { TerminalBridge } from './terminal-bridge.ts';

type Attach = ReturnType<HostClient['attach']>;

/** A host whose attach says what the test has it say, connection after connection. */
function host(connections: (() => AsyncGenerator<AttachMessage>)[]) {
  const typed: [number, string][] = [];
  const attach = (): Attach => ({
    messages: (connections.shift() ?? async function* () {})(),
    input: (offset, data) => typed.push([offset, Buffer.from(data).toString()]),
    resize: () => {},
    notify: () => {},
    detach: () => {},
  });
  const connect = async () => ({ attach }) as unknown as HostClient;
  return { typed, connect };
}

function bridgeOver(connect: () => Promise<HostClient>) {
  const told: TerminalMessage[] = [];
  const state = { bytes: 0, messages: 0, closed: 0 };
  const bridge = new TerminalBridge({
    socket: {
      sendBytes: (data) => {
        state.bytes += data.length;
        state.messages++;
      },
      sendText: (text) => told.push(JSON.parse(text) as TerminalMessage),
      close: (code) => {
        state.closed = code;
      },
    },
    connect,
    session: 's',
    attachId: 'a',
    columns: 80,
    rows: 24,
    person: () => {},
  });
  return { bridge, told, state };
}

function message(offset: number, text: string): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(offset));
  return Buffer.concat([number, Buffer.from(text)]);
}

const SESSION: SessionSnapshot = { ...BARE_SESSION, id: 's', state: 'running', createdAt: 0 };
const opened = (inputOffset: number): AttachMessage => ({
  kind: 'opened',
  session: SESSION,
  inputOffset,
});
const ended: AttachMessage = {
  kind: 'ended',
  reason: 'session-ended',
  session: { ...SESSION, state: 'completed' },
};

test('no more than a window is on its way; the host waits for the page', async () => {
  const chunk = 64 * 1024;
  let produced = 0;
  const { connect } = host([
    async function* () {
      yield opened(0);
      for (; produced < 100; produced++) yield { kind: 'output', data: new Uint8Array(chunk) };
      yield ended;
    },
  ]);
  const { bridge, state, told } = bridgeOver(connect);
  const over = bridge.run();
  const settled = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  await settled();
  expect(state.bytes).toBe(TERMINAL_WINDOW);
  expect(produced).toBeLessThanOrEqual(TERMINAL_WINDOW / chunk);
  bridge.ordered({ type: 'drawn', bytes: chunk });
  await settled();
  expect(state.bytes).toBe(TERMINAL_WINDOW + chunk);
  while (state.bytes < 100 * chunk) {
    bridge.ordered({ type: 'drawn', bytes: state.bytes });
    await settled();
  }
  bridge.ordered({ type: 'drawn', bytes: state.bytes });
  await over;
  expect(told.at(-1)).toEqual({ type: 'ended', reason: 'session-ended', session: 'completed' });
  expect(state.closed).toBe(1000);
});

test('what is typed is typed once, in order, over breaks on either side', async () => {
  const { promise: broken, reject } = Promise.withResolvers<void>();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { connect, typed } = host([
    async function* () {
      yield opened(3);
      await broken;
    },
    async function* () {
      yield opened(5);
      await over;
      yield ended;
    },
  ]);
  const { bridge, told } = bridgeOver(connect);
  // Before anything is known: a page that came back sends again what it has no word of.
  bridge.typed(message(0, 'abc'));
  bridge.typed(message(3, 'de'));
  const run = bridge.run();
  await expect.poll(() => typed).toEqual([[3, 'de']]);
  bridge.typed(message(2, 'cdef'));
  expect(typed.at(-1)).toEqual([5, 'f']);
  reject(new BerthError('HOST_UNREACHABLE', 'cut'));
  await expect.poll(() => told.filter(({ type }) => type === 'opened')).toHaveLength(2);
  expect(typed.at(-1)).toEqual([5, 'f']);
  end();
  await run;
  expect(told.map(({ type }) => type)).toEqual(['opened', 'reconnecting', 'opened', 'ended']);
});

test.each<[string, Buffer, number]>([
  ['a gap', message(1, 'b'), 1002],
  ['a number that is none', Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('x')]), 1002],
  ['more than fits', message(0, 'x'.repeat(17 * 1024 * 1024)), 1009],
])('%s ends the terminal', async (_what, data, code) => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { connect } = host([
    async function* () {
      yield opened(0);
      await over;
    },
  ]);
  const { bridge, told, state } = bridgeOver(connect);
  const run = bridge.run();
  await expect.poll(() => told).toHaveLength(1);
  bridge.typed(data);
  expect(state.closed).toBe(code);
  bridge[Symbol.dispose]();
  end();
  await run;
});

test('a host that says nothing new for ever is told on once', async () => {
  const { connect, typed } = host([
    async function* () {
      yield opened(0);
      while (typed.length === 0) await Promise.resolve();
      for (let i = 0; i < 100; i++) {
        yield opened(0);
        yield { kind: 'output', data: new Uint8Array(0) };
        yield { kind: 'acknowledged', inputOffset: 1 };
        yield { kind: 'acknowledged', inputOffset: 2 + i };
      }
      yield ended;
    },
  ]);
  const { bridge, told, state } = bridgeOver(connect);
  bridge.typed(message(0, 'a'));
  await bridge.run();
  expect(told).toEqual([
    { type: 'opened', input_offset: 0 },
    { type: 'acknowledged', input_offset: 1 },
    { type: 'ended', reason: 'session-ended', session: 'completed' },
  ]);
  expect([typed, state.messages]).toEqual([[[0, 'a']], 0]);
});

test('what no other try mends is told', async () => {
  const connect = () => Promise.reject(new BerthError('SESSION_NOT_FOUND', 'gone'));
  const { bridge, told } = bridgeOver(connect);
  await bridge.run();
  expect(told).toEqual([{ type: 'failed', error: expect.objectContaining({ reason: 'SESSION_NOT_FOUND' }) }]);
});
