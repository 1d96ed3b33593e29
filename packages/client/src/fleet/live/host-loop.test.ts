import { BerthError } from '@berth/shared/domain/berth-error';
import { afterEach, expect, it, vi } from 'vitest';
import type { HostConfig } from '../../config/remotes.ts';
import type { HostClient, WatchMessage } from '../../rpc/host-client.ts';
import type { FleetNews } from '../live-fleet.ts';
import { Alarm } from './alarm.ts';
import { type Beginning, EventCursor } from './event-cursor.ts';
import { HostLoop, type LoopTimes } from './host-loop.ts';
import { newHost } from './host-model.ts';
import { Turns } from './turns.ts';

const CONFIG: HostConfig = { name: 'dev', kind: 'ssh', labels: {}, scope: 'user', enabled: true };
const TIMES: LoopTimes = {
  handshakeMs: 200,
  heartbeatMs: 20,
  heartbeatLimitMs: 100,
  refreshMs: null,
  backoffMostMs: 20,
};
const opened = (over: object = {}): WatchMessage => ({
  kind: 'opened',
  journalId: 'j',
  oldest: 1,
  newest: 0,
  oldestAt: null,
  ...over,
});
const event = (number: number): WatchMessage => ({
  kind: 'event',
  event: {
    number,
    at: 1,
    sessionId: '',
    sessionName: '',
    fact: { type: 'hostNotice', reason: 'R', message: '' },
  },
});
const until = (signal: AbortSignal | undefined) =>
  new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));

/** An agent that tells these messages on each stream in turn, and then keeps it open. */
function agent(streams: (readonly (WatchMessage | Error)[])[]) {
  const asked: unknown[] = [];
  const state = { answers: true };
  const heard = async <T>(value: T) => {
    if (!state.answers) throw new BerthError('HOST_UNREACHABLE', 'no sign of life');
    return value;
  };
  const client: Partial<HostClient> = {
    getHost: () => heard({ id: 'h' } as never),
    listAll: () => heard({ sessions: [], external: [], asOf: 0 }),
    async *watch(request, options) {
      asked.push(request);
      for (const message of streams.shift() ?? [opened()]) {
        if (message instanceof Error) throw message;
        yield message;
      }
      await until(options?.signal);
    },
  };
  return { client: client as HostClient, asked, state };
}

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const loop of running.splice(0)) await loop[Symbol.asyncDispose]();
});

/** Runs the loop until the test ends. */
function follow(
  client: HostClient,
  options: {
    beginning?: Beginning;
    tell?: (news: FleetNews) => Promise<void>;
    refreshMs?: number;
    watched?: () => boolean;
  } = {},
) {
  const stop = new AbortController();
  const alarm = new Alarm();
  const news: FleetNews[] = [];
  const tell = async (one: FleetNews) => {
    news.push(one);
    await options.tell?.(one);
  };
  const over = new HostLoop({
    host: newHost(CONFIG, 0, null),
    cursor: new EventCursor(options.beginning ?? { kind: 'now' }),
    connect: async () => client,
    handshakes: new Turns(1),
    alarm,
    times: { ...TIMES, refreshMs: options.refreshMs ?? null },
    watched: options.watched ?? (() => true),
    changed: () => {},
    tell,
    now: () => 1,
    random: () => 0.5,
  }).run(stop.signal);
  running.push({
    async [Symbol.asyncDispose]() {
      stop.abort();
      alarm[Symbol.dispose]();
      await over;
    },
  });
  const numbers = () => news.flatMap((one) => (one.kind === 'event' ? [one.event.number] : []));
  const links = () => news.flatMap((one) => (one.kind === 'link' ? [one.host.link] : []));
  return { news, numbers, links, alarm };
}

it('goes on after the last event when a stream breaks, and tells each once', async () => {
  const broken = new BerthError('HOST_UNREACHABLE', 'broke');
  const { client, asked } = agent([
    [opened(), event(1), event(2), broken],
    [opened({ newest: 4 }), event(2), event(3), event(4)],
  ]);
  const { numbers, links } = follow(client);
  await vi.waitFor(() => expect(numbers()).toEqual([1, 2, 3, 4]));
  expect(asked).toMatchObject([{ since: 0 }, { since: 2 }]);
  expect(links()).toEqual(['connected', 'connecting', 'connected']);
});

it('looks at memory and such again while somebody looks, and at nothing while nobody does', async () => {
  let watched = false;
  let [beats, looks] = [0, 0];
  const { client } = agent([]);
  const counted: HostClient = {
    ...client,
    // In intervals as well, for a sign of life.
    getHost: async () => {
      beats++;
      return { id: 'h' } as never;
    },
    listAll: async () => {
      looks++;
      return { sessions: [], external: [], asOf: 0 };
    },
  };
  const { links } = follow(counted, { refreshMs: 1, watched: () => watched });
  await vi.waitFor(() => expect(links()).toEqual(['connected']));
  const before = looks;
  const began = beats;
  await vi.waitFor(() => expect(beats).toBeGreaterThan(began + 2));
  expect(looks).toBe(before);
  watched = true;
  await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 2));
});

it('says what is gone, and goes on with the oldest', async () => {
  const gone = new BerthError('EVENTS_GONE', 'gone', { values: { oldest: '40' } });
  const { client, asked } = agent([[gone], [opened({ oldest: 40, newest: 40 }), event(40)]]);
  const { news, numbers } = follow(client, { beginning: { kind: 'after', journalId: 'j', number: 7 } });
  await vi.waitFor(() => expect(numbers()).toEqual([40]));
  expect(news).toContainEqual({ kind: 'gone', host: CONFIG, oldest: 40, replaced: false });
  expect(asked).toMatchObject([{ since: 7 }, { since: 39 }]);
});

it('notices an agent that answers nothing while its stream stays open, and its return', async () => {
  const { client, state } = agent([]);
  const { links } = follow(client);
  await vi.waitFor(() => expect(links()).toEqual(['connected']));
  state.answers = false;
  await vi.waitFor(() => expect(links()).toEqual(['connected', 'connecting', 'unreachable']));
  state.answers = true;
  await vi.waitFor(() => expect(links().at(-1)).toBe('connected'));
});

it('asks an agent that tells no events again and again', async () => {
  const { client } = agent([[new BerthError('VERSION_MISMATCH', 'unknown call')]]);
  let listings = 0;
  const listAll = async () => {
    listings++;
    return { sessions: [], external: [], asOf: 0 };
  };
  const { links, alarm } = follow({ ...client, listAll });
  await vi.waitFor(() => expect(links()).toEqual(['connected']));
  await vi.waitFor(() => {
    alarm.ring();
    expect(listings).toBeGreaterThan(2);
  });
  expect(links()).toEqual(['connected']);
});

it('takes the next event only when the one before was handled', async () => {
  const { client } = agent([[opened(), event(1), event(2)]]);
  const { promise: handled, resolve } = Promise.withResolvers<void>();
  const slow = async (news: FleetNews) => {
    if (news.kind === 'event' && news.event.number === 1) await handled;
  };
  const { numbers } = follow(client, { tell: slow });
  await vi.waitFor(() => expect(numbers()).toEqual([1]));
  await new Promise((done) => setTimeout(done, 50));
  expect(numbers()).toEqual([1]);
  resolve();
  await vi.waitFor(() => expect(numbers()).toEqual([1, 2]));
});
