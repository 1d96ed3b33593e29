/** What becomes of the links of a watch, as it is told on standard error. */
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { FleetNews, LiveHost } from '../fleet/live-fleet.ts';
import { toJson } from '../render/json.ts';
import { clock } from './event-line.ts';

type Remark = Exclude<FleetNews, { kind: 'event' | 'opened' }>;

/** Lines without newlines; null for what is not worth one. Remembers which hosts were away. */
export function linkLines(options: { json: boolean; now: () => number }): (news: Remark) => string | null {
  const away = new Set<string>();
  const text = options.json ? jsonOf : textOf;
  return (news) => {
    if (news.kind === 'gone') return text(news, options.now());
    const { link, config } = news.host;
    const wasAway = away.has(config.name);
    if (link === 'connected') away.delete(config.name);
    else away.add(config.name);
    // A watch that begins says only what does not work.
    if (link === 'connected' && !wasAway) return null;
    return text(news, options.now());
  };
}

function textOf(news: Remark, now: number): string {
  if (news.kind === 'gone') {
    const what = news.replaced
      ? `its journal was replaced by a new one: all of it is told, from event ${news.oldest} on`
      : `the events before ${news.oldest} are gone`;
    return `berth: host ${oneLine(news.host.name)}: ${what}`;
  }
  const { host } = news;
  return `berth: ${clock(now, now)} host ${oneLine(host.config.name)}: ${linkText(host, now)}`;
}

/** `unreachable for 3m: WHY`. */
export function linkText({ link, linkSince, error, snapshot }: LiveHost, now: number): string {
  switch (link) {
    case 'connected':
      return 'is back';
    case 'connecting':
      return snapshot === null ? 'connecting …' : 'the link broke; connecting anew …';
    case 'unreachable':
      return `unreachable${since(now - linkSince)}: ${oneLine(error ?? '')}; trying again until it answers`;
  }
}

function since(ms: number): string {
  return ms < 1000 ? '' : ` for ${formatAge(ms)}`;
}

function jsonOf(news: Remark): string {
  if (news.kind === 'gone') {
    const { host, oldest, replaced } = news;
    return toJson({ gone: { host: host.name, oldest, replaced } });
  }
  const { config, link, linkSince, error } = news.host;
  return toJson({
    link: { host: config.name, state: link, since: new Date(linkSince).toISOString(), error },
  });
}
