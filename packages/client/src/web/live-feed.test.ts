import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { FleetNews, LiveFleet, LiveHost } from '../fleet/live-fleet.ts';
import { LiveFeed } from './live-feed.ts';
import type { LiveMessage } from './protocol.ts';

/** A fleet of one host whose error changes. */
function fleet() {
  let told: () => void = () => {};
  let error = 'first';
  const host = (): LiveHost => ({
    config: { name: 'h', kind: 'ssh', labels: {}, scope: 'user', enabled: true },
    link: 'unreachable',
    linkSince: 0,
    latencyMs: null,
    asOf: null,
    error,
    snapshot: null,
    sessions: new Map(),
    external: [],
  });
  const live: LiveFleet = {
    hosts: () => [host()],
    onChange(listener) {
      told = listener;
      return { [Symbol.dispose]: () => {} };
    },
    onNews: (_listener: (news: FleetNews) => void) => ({ [Symbol.dispose]: () => {} }),
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    live,
    change(next: string) {
      error = next;
      told();
    },
  };
}

function page() {
  const messages: LiveMessage[] = [];
  const leaving: (() => void)[] = [];
  let waiting = 0;
  return {
    messages,
    stuck: (bytes: number) => {
      waiting = bytes;
    },
    /** All that was sent; `waiting`: bytes of the socket's own. */
    leave(own = 0) {
      waiting = own;
      for (const left of leaving.splice(0)) left();
    },
    socket: {
      send(text: string, left: () => void) {
        messages.push(JSON.parse(text) as LiveMessage);
        leaving.push(left);
      },
      waiting: () => waiting,
    },
  };
}

afterEach(() => vi.useRealTimers());

test('a burst of changes is one delta, at most every 50 ms', () => {
  vi.useFakeTimers();
  const { live, change } = fleet();
  using feed = new LiveFeed(live, () => 0);
  const { socket, messages } = page();
  feed.join(socket, { epoch: '', version: 0 });
  for (let i = 0; i < 100; i++) change(`change ${i}`);
  vi.advanceTimersByTime(49);
  expect(messages.map(({ type }) => type)).toEqual(['state']);
  vi.advanceTimersByTime(1);
  expect(messages.map(({ type }) => type)).toEqual(['state', 'delta']);
  expect(messages[1]).toMatchObject({ version: 2, hosts: { h: { error: 'change 99' } } });
});

test('who comes back is told what it missed; of another life, everything', () => {
  vi.useFakeTimers();
  const { live, change } = fleet();
  using feed = new LiveFeed(live, () => 0);
  change('second');
  vi.advanceTimersByTime(50);
  const told = (known: { epoch: string; version: number }) => {
    const { socket, messages } = page();
    feed.join(socket, known);
    return messages.map(({ type }) => type);
  };
  expect(told({ epoch: feed.epoch, version: 1 })).toEqual(['delta']);
  expect(told({ epoch: feed.epoch, version: 2 })).toEqual([]);
  expect(told({ epoch: feed.epoch, version: 99 })).toEqual(['state']);
  expect(told({ epoch: 'other', version: 1 })).toEqual(['state']);
});

test.each([
  ['', 0],
  [', also where the socket pinged meanwhile', 6],
])('a page that takes nothing gets the state anew, instead of a queue%s', async (_how, own) => {
  const { live, change } = fleet();
  using feed = new LiveFeed(live, () => 0);
  const slow = page();
  feed.join(slow.socket, { epoch: '', version: 0 });
  slow.stuck(100 * 1024 * 1024);
  for (let i = 0; i < 5; i++) {
    change(`change ${i}`);
    await wait(60);
  }
  expect(slow.messages.length).toBe(2);
  slow.leave(own);
  expect(slow.messages.at(-1)).toMatchObject({
    type: 'state',
    version: 6,
    state: { hosts: { h: { error: 'change 4' } } },
  });
});
