import { expect, test } from 'vitest';
import type { WatchMessage } from '../rpc/host-client.ts';
import { stateHistory } from './state-history.ts';

const session = { id: 's', createdAt: 100 };
const opened: WatchMessage = { kind: 'opened', journalId: 'j', oldest: 1, newest: 9, oldestAt: 1 };
const changed = (sessionId: string, state: string, at: number) =>
  ({
    kind: 'event',
    event: {
      number: at,
      at,
      sessionId,
      sessionName: '',
      fact: { type: 'sessionChanged', session: { state, incarnation: 1 } },
    },
  }) as unknown as WatchMessage;

function client(messages: readonly (WatchMessage | Error)[]) {
  return {
    async *watch() {
      for (const message of messages) {
        if (message instanceof Error) throw message;
        yield message;
      }
    },
  };
}

test('tells each state once, of this session alone', async () => {
  const messages = [
    opened,
    changed('s', 'starting', 100),
    changed('t', 'failed', 110),
    changed('s', 'running', 120),
    changed('s', 'running', 130),
    changed('s', 'completed', 140),
  ];
  expect(await stateHistory(client(messages), session)).toEqual({
    steps: [
      { state: 'starting', at: 100 },
      { state: 'running', at: 120 },
      { state: 'completed', at: 140 },
    ],
    complete: true,
  });
});

test('says where the beginning is gone, and where the events broke off', async () => {
  const late = await stateHistory(client([opened, changed('s', 'running', 120)]), session);
  expect(late.complete).toBe(false);
  const broken = await stateHistory(
    client([opened, changed('s', 'starting', 110), new Error('gone')]),
    session,
  );
  expect(broken).toEqual({ steps: [{ state: 'starting', at: 110 }], complete: false });
});
