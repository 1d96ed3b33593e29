import { expect, test, vi } from 'vitest';
import type { FleetNews } from '../fleet/live-fleet.ts';
import { inTimeOrder } from './time-order.ts';

type Listener = (news: FleetNews) => void | Promise<void>;

/** Hosts that tell what they are told to, each waiting until its last word was taken, as real ones do. */
function fleet() {
  const listeners = new Set<Listener>();
  const told: string[] = [];
  const turns = new Map<string, Promise<unknown>>();
  const source = {
    onNews(listener: Listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  const tell = (host: string, news: FleetNews) => {
    const turn = (turns.get(host) ?? Promise.resolve()).then(() =>
      Promise.all([...listeners].map((listener) => listener(news))),
    );
    turns.set(host, turn);
  };
  const event = (name: string, at: number, replayed = true) =>
    tell(name, {
      kind: 'event',
      host: { name },
      journalId: 'j',
      event: { at },
      replayed,
    } as FleetNews);
  const link = (name: string, state: string) =>
    tell(name, { kind: 'link', host: { config: { name }, link: state } } as FleetNews);
  const listen = (options: { reachMs: number; silentMs: number }) =>
    inTimeOrder(source, { hosts: ['a', 'b'], ...options }).onNews((news) => {
      if (news.kind === 'event') told.push(`${news.host.name}${news.event.at}`);
    });
  return { told, event, link, listen, settled: () => Promise.all(turns.values()) };
}
const LONG = { reachMs: 60_000, silentMs: 60_000 };

test('the past of all hosts comes in the order of its times, whoever is first to tell', async () => {
  const { told, event, link, listen, settled } = fleet();
  using _listening = listen(LONG);
  for (const name of ['a', 'b']) link(name, 'connected');
  for (const at of [1, 4, 5]) event('a', at);
  await new Promise(setImmediate);
  // The other may know of something earlier.
  expect(told).toEqual([]);
  for (const at of [2, 3, 6]) event('b', at);
  event('a', 9, false);
  event('b', 10, false);
  await settled();
  expect(told).toEqual(['a1', 'b2', 'b3', 'a4', 'a5', 'b6', 'a9', 'b10']);
  event('b', 11, false);
  event('a', 10, false);
  await settled();
  expect(told.slice(8)).toEqual(['b11', 'a10']);
});

test('a host that cannot be reached is not waited for, nor one that has nothing to tell', async () => {
  vi.useFakeTimers();
  try {
    for (const silent of ['unreachable', 'connected', 'connecting']) {
      const { told, event, link, listen, settled } = fleet();
      using _listening = listen({ reachMs: 2000, silentMs: 500 });
      link('a', 'connected');
      event('a', 1);
      event('a', 2);
      link('b', silent);
      await vi.advanceTimersByTimeAsync(silent === 'unreachable' ? 0 : silent === 'connected' ? 500 : 2000);
      await settled();
      expect(told).toEqual(['a1', 'a2']);
    }
  } finally {
    vi.useRealTimers();
  }
});
