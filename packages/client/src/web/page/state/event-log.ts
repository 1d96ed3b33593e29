/** The log of events: each once, in the order of time, the oldest dropped. Pure. */
import type { EventRow } from '../../protocol.ts';
import { eventWords } from './event-words.ts';

/** What the page holds at most. */
const MOST_EVENTS = 2000;

export interface EventFilter {
  /** Empty: all. */
  readonly host: string;
  readonly kind: string;
  readonly words: string;
}

/** `rows`: oldest first, as they are kept. */
export function withEvents(log: readonly EventRow[], rows: readonly EventRow[]): readonly EventRow[] {
  const known = new Set(log.map(idOf));
  const news = rows.filter((row) => {
    const id = idOf(row);
    if (known.has(id)) return false;
    known.add(id);
    return true;
  });
  if (news.length === 0) return log;
  const last = log.at(-1);
  const all = [...log, ...news];
  if (last && news.some(({ at }) => at < last.at))
    all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return all.slice(-MOST_EVENTS);
}

export function idOf(row: EventRow): string {
  return `${row.host}:${row.number}`;
}

/** The newest first. */
export function shownEvents(log: readonly EventRow[], { host, kind, words }: EventFilter): EventRow[] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const shown = log.filter((row) => {
    if (host !== '' && row.host !== host) return false;
    if (kind !== '' && row.kind !== kind) return false;
    if (wanted.length === 0) return true;
    const text = `${row.host} ${row.session} ${row.session_id} ${row.kind} ${eventWords(row)}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return shown.reverse();
}
