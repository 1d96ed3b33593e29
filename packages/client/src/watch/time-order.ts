/**
 * The past of several hosts in one order of time. Each host tells one news and waits until it is taken:
 * while any of them may still tell of the past, the earliest of those that are there goes first. A host
 * that is silent for a while, cannot be reached or tells of the present is waited for no more. What is
 * told of the present, and all that is no event, comes as it comes.
 */
import type { FleetNews, LiveFleet } from '../fleet/live-fleet.ts';

export interface TimeOrderOptions {
  readonly hosts: readonly string[];
  /** How long a host may take to be reached, and how long it may be silent after that. Ms. */
  readonly reachMs: number;
  readonly silentMs: number;
}

type EventNews = Extract<FleetNews, { kind: 'event' }>;
interface Held {
  readonly news: EventNews;
  readonly release: () => void;
}

export function inTimeOrder(
  fleet: Pick<LiveFleet, 'onNews'>,
  { hosts, reachMs, silentMs }: TimeOrderOptions,
): Pick<LiveFleet, 'onNews'> {
  return {
    onNews(listener) {
      const held = new Map<string, Held>();
      /** Hosts whose next word is waited for, until when. */
      const awaited = new Map<string, NodeJS.Timeout>();
      const leave = (host: string) => {
        clearTimeout(awaited.get(host));
        awaited.delete(host);
      };
      const wait = (host: string, ms: number) => {
        clearTimeout(awaited.get(host));
        const timer = setTimeout(() => {
          leave(host);
          next();
        }, ms);
        awaited.set(host, timer);
      };
      function next(): void {
        if ([...awaited.keys()].some((host) => !held.has(host))) return;
        const [first] = [...held.values()].sort((a, b) => a.news.event.at - b.news.event.at);
        first?.release();
      }
      for (const host of hosts) wait(host, reachMs);
      const listening = fleet.onNews(async (news) => {
        const name = news.kind === 'link' ? news.host.config.name : news.host.name;
        if (news.kind === 'link' && awaited.has(name)) {
          if (news.host.link === 'connected') wait(name, silentMs);
          else if (news.host.link === 'unreachable') leave(name);
          next();
        }
        if (news.kind !== 'event' || (awaited.size === 0 && held.size === 0)) return await listener(news);
        const past = awaited.has(name) && news.replayed;
        if (past) clearTimeout(awaited.get(name));
        else leave(name);
        await new Promise<void>((release) => {
          held.set(name, { news, release });
          next();
        });
        await listener(news);
        held.delete(name);
        if (past) wait(name, silentMs);
        next();
      });
      return {
        [Symbol.dispose]() {
          listening[Symbol.dispose]();
          for (const host of hosts) leave(host);
          for (const { release } of held.values()) release();
        },
      };
    },
  };
}
