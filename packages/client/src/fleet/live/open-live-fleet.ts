/** A LiveFleet over real hosts: a loop for each, and what they know gathered. */
import { isDeepStrictEqual } from 'node:util';
import type { HostConfig } from '../../config/remotes.ts';
import type { Context } from '../../context.ts';
import type { FleetCache } from '../cache.ts';
import type { FleetNews, LiveFleet, LiveHost } from '../live-fleet.ts';
import { Alarm } from './alarm.ts';
import { type Beginning, EventCursor } from './event-cursor.ts';
import { HostLoop, type LoopTimes } from './host-loop.ts';
import { newHost } from './host-model.ts';
import { Turns } from './turns.ts';

export interface LiveFleetOptions {
  readonly hosts: readonly HostConfig[];
  readonly context: Pick<Context, 'connect' | 'disconnect' | 'settings'>;
  /** Calls back with the hosts whenever they are others; absent: they stay those. */
  readonly follow?: (changed: (hosts: readonly HostConfig[]) => void) => Disposable;
  /** What is known of hosts that do not answer, and where it is kept. */
  readonly cache: FleetCache;
  /** Ms between two looks at memory, CPU and figures of sessions. Absent: they are not looked at again. */
  readonly refreshMs?: number;
  /** Whether somebody looks now: while nobody does they are left alone. Absent: somebody does. */
  readonly watched?: () => boolean;
  /** Where the events of a host begin. Absent: with what happens from now on. */
  readonly beginning?: (host: HostConfig) => Beginning;
  readonly times?: Partial<LoopTimes>;
}

/** Hosts asked for a link at the same time. */
const HANDSHAKES = 16;
/** Ms between two writes of what is known of a host. */
const KEEP_MS = 5000;

interface Loop {
  readonly config: HostConfig;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export function openLiveFleet(options: LiveFleetOptions): LiveFleet {
  const { context, cache, watched = () => true } = options;
  const now = Date.now;
  const handshakes = new Turns(HANDSHAKES);
  const alarm = new Alarm();
  const times: LoopTimes = {
    handshakeMs: context.settings.connectMs,
    heartbeatMs: 10_000,
    heartbeatLimitMs: 5000,
    refreshMs: options.refreshMs ?? null,
    backoffMostMs: 5000,
    ...options.times,
  };
  let hosts = new Map<string, LiveHost>();
  /** Of the loops that run, by the name of the host. */
  const loops = new Map<string, Loop>();
  /** How far each host's events were told, also of hosts that went and may come back. */
  const cursors = new Map<string, EventCursor>();
  /** Loops that were stopped; the next one of the same host waits for its end. */
  const ending = new Map<string, Promise<void>>();
  const changeListeners = new Set<() => void>();
  const newsListeners = new Set<(news: FleetNews) => void | Promise<void>>();
  let gathering: NodeJS.Immediate | null = null;
  /** Heard of since they were last written. */
  const unkept = new Set<string>();
  let keeping: NodeJS.Timeout | null = null;

  function keep(): void {
    keeping = null;
    for (const name of unkept) {
      const host = hosts.get(name);
      if (host) cache.keep(host);
    }
    unkept.clear();
  }

  function changed(host: LiveHost): void {
    const { name } = host.config;
    if (host.asOf !== hosts.get(name)?.asOf) {
      unkept.add(name);
      keeping ??= setTimeout(keep, KEEP_MS);
    }
    hosts.set(name, host);
    announce();
  }

  function announce(): void {
    gathering ??= setImmediate(() => {
      gathering = null;
      for (const listener of changeListeners) listener();
    });
  }

  async function tell(news: FleetNews): Promise<void> {
    await Promise.all([...newsListeners].map((listener) => listener(news)));
  }

  function start(config: HostConfig, after: Promise<void>): void {
    const host = newHost(config, now(), cache.read(config.name));
    hosts.set(config.name, host);
    const stop = new AbortController();
    const done = after.then(async () => {
      if (stop.signal.aborted) return;
      const cursor =
        cursors.get(config.name) ?? new EventCursor(options.beginning?.(config) ?? { kind: 'now' });
      cursors.set(config.name, cursor);
      // What a loop that was stopped has still to say is of a host that is no more.
      const mine = (changing: LiveHost) => !stop.signal.aborted && changed(changing);
      const { connect } = context;
      const ports = {
        handshakes,
        alarm,
        times,
        watched,
        changed: mine,
        tell,
        connect,
        now,
        random: Math.random,
      };
      await new HostLoop({ host, cursor, ...ports }).run(stop.signal);
    });
    loops.set(config.name, { config, stop, done });
  }

  /** Ends when its link is closed, too. */
  async function end({ config, stop, done }: Loop): Promise<void> {
    stop.abort();
    await done;
    await context.disconnect(config);
  }

  function setHosts(next: readonly HostConfig[]): void {
    const before = hosts;
    const wanted = new Map(next.map((config) => [config.name, config]));
    for (const [name, loop] of loops) {
      if (isDeepStrictEqual(wanted.get(name), loop.config)) continue;
      loops.delete(name);
      const over = end(loop).finally(() => ending.get(name) === over && ending.delete(name));
      ending.set(name, over);
    }
    hosts = new Map();
    for (const config of next) {
      const known = loops.has(config.name) ? before.get(config.name) : undefined;
      if (known) hosts.set(config.name, known);
      else start(config, ending.get(config.name) ?? Promise.resolve());
    }
    announce();
  }

  // Whoever opened the fleet listens first: loops begin a turn later.
  for (const config of options.hosts) start(config, Promise.resolve());
  const following = options.follow?.(setHosts);

  return {
    hosts: () => [...hosts.values()],
    onChange: (listener) => listening(changeListeners, listener),
    onNews: (listener) => listening(newsListeners, listener),
    async [Symbol.asyncDispose]() {
      following?.[Symbol.dispose]();
      for (const { stop } of loops.values()) stop.abort();
      alarm[Symbol.dispose]();
      if (gathering) clearImmediate(gathering);
      if (keeping) clearTimeout(keeping);
      keep();
      await Promise.all([...ending.values(), ...[...loops.values()].map(({ done }) => done)]);
    },
  };
}

function listening<T>(listeners: Set<T>, listener: T): Disposable {
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}
