/** A LiveFleet over real hosts: a loop for each, and what they know gathered. */
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
  readonly context: Pick<Context, 'connect' | 'settings'>;
  /** What is known of hosts that do not answer, and where it is kept. */
  readonly cache: FleetCache;
  /** Ms between two looks at memory, CPU and figures of sessions. Absent: they are not looked at again. */
  readonly refreshMs?: number;
  /** Where the events of a host begin. Absent: with what happens from now on. */
  readonly beginning?: (host: HostConfig) => Beginning;
  readonly times?: Partial<LoopTimes>;
}

/** Hosts asked for a link at the same time. */
const HANDSHAKES = 16;
/** Ms between two writes of what is known of a host. */
const KEEP_MS = 5000;

export function openLiveFleet(options: LiveFleetOptions): LiveFleet {
  const { context, cache } = options;
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
  const stop = new AbortController();
  const hosts = new Map<string, LiveHost>(
    options.hosts.map((host) => [host.name, newHost(host, now(), cache.read(host.name))]),
  );
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
    gathering ??= setImmediate(() => {
      gathering = null;
      for (const listener of changeListeners) listener();
    });
  }

  async function tell(news: FleetNews): Promise<void> {
    await Promise.all([...newsListeners].map((listener) => listener(news)));
  }

  const loops = [...hosts.values()].map(async (host) => {
    // Whoever opened the fleet listens first.
    await null;
    const cursor = new EventCursor(options.beginning?.(host.config) ?? { kind: 'now' });
    const { connect } = context;
    const ports = { handshakes, alarm, times, changed, tell, connect, now, random: Math.random };
    await new HostLoop({ host, cursor, ...ports }).run(stop.signal);
  });

  return {
    hosts: () => [...hosts.values()],
    onChange: (listener) => listening(changeListeners, listener),
    onNews: (listener) => listening(newsListeners, listener),
    async [Symbol.asyncDispose]() {
      stop.abort();
      alarm[Symbol.dispose]();
      if (gathering) clearImmediate(gathering);
      if (keeping) clearTimeout(keeping);
      keep();
      await Promise.all(loops);
    },
  };
}

function listening<T>(listeners: Set<T>, listener: T): Disposable {
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}
