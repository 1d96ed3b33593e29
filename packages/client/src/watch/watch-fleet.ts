/**
 * The news of a fleet, taken one by one: what is wanted goes to all sinks, and only then is its place
 * noted. Invariants: an event reaches the sinks once; after the watch is over nothing is handled and
 * nothing is noted, so that the next run tells it; sinks that take nothing hold back the observer only
 * once a great many events wait for them.
 */
import type { HostConfig } from '../config/remotes.ts';
import type { FleetNews, LiveFleet } from '../fleet/live-fleet.ts';
import { toJson } from '../render/json.ts';
import type { CursorFile } from './cursor-file.ts';
import { eventRow } from './event-row.ts';
import { type EventFilter, isWanted } from './filter.ts';
import { SessionChanges } from './session-changes.ts';
import type { EventSink } from './sink.ts';

export interface WatchFleetOptions {
  readonly fleet: Pick<LiveFleet, 'onNews'>;
  readonly filter: EventFilter;
  readonly sinks: readonly EventSink[];
  /** Gets all news, wanted or not, before anything else is done with them. Never rejects. */
  readonly observe?: (news: FleetNews) => Promise<void>;
  readonly cursor: CursorFile | null;
  /** What is no event: links that come and go, events that are gone. */
  readonly remark: (news: Exclude<FleetNews, { kind: 'event' | 'opened' }>) => void;
  /** Ends after the first event that is wanted. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** So many news wait here for the sinks while an observer goes on; more wait in the journals. */
const MOST_WAITING = 10_000;

/** Resolves true after the first event (`once`), false when the signal aborts. Rejects with what a sink or the cursor threw. */
export async function watchFleet(options: WatchFleetOptions): Promise<boolean> {
  const { fleet, cursor, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const changes = new SessionChanges();
  let over = signal.aborted;
  const end = (settle: () => void) => {
    over = true;
    settle();
  };
  const aborted = () => end(() => resolve(false));
  if (over) return false;
  signal.addEventListener('abort', aborted, { once: true });

  async function take(news: FleetNews): Promise<void> {
    if (over) return;
    switch (news.kind) {
      case 'link':
        changes.learn(news.host);
        return options.remark(news);
      case 'gone':
        return options.remark(news);
      case 'opened':
        return cursor?.set(news.host.name, { journalId: news.journalId, number: news.number });
      case 'event': {
        const { host, event, journalId, replayed } = news;
        const changed = changes.of(news);
        const wanted = isWanted(options.filter, host.name, event);
        if (wanted) {
          const json = toJson(eventRow({ host: host.name, journalId, replayed }, event, changed));
          for (const sink of options.sinks) await sink({ host, journalId, event, replayed, changed, json });
          // Broken off in the middle of it: the next run tells it.
          if (signal.aborted) return;
        }
        cursor?.set(host.name, { journalId, number: event.number }, { soon: !wanted });
        if (wanted && options.once) end(() => resolve(true));
      }
    }
  }

  const most = options.observe ? MOST_WAITING : 0;
  let observed: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  using _listening = fleet.onNews((news) => {
    observed = observed.then(() => (over ? undefined : options.observe?.(news)));
    const [seen, before] = [observed, last];
    waiting++;
    last = Promise.all([seen, before])
      .then(() => take(news))
      .catch((error: unknown) => end(() => reject(error)))
      .finally(() => waiting--);
    return waiting > most ? last : seen;
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', aborted);
    await last;
  }
}

/** Where the events of each host begin: after what was handled before, else at a time, else now. */
export function beginnings(cursor: CursorFile | null, sinceTime: number | null) {
  return (host: HostConfig) => {
    const kept = cursor?.get(host.name);
    if (kept) return { kind: 'after', ...kept } as const;
    return sinceTime === null ? ({ kind: 'now' } as const) : ({ kind: 'time', at: sinceTime } as const);
  };
}
