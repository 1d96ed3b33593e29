/** Who asks for a person, and in which order sessions are listed. Pure. */
import { isSnoozed, urgency } from '@berth/shared/domain/attention';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { SessionKey, SessionRow } from '../../protocol.ts';

export type Attention = NonNullable<SessionRow['attention']>;
export type KeyedSession = readonly [SessionKey, SessionRow];

/** What it asks for now; null where it asks nothing, or is to be left alone for a while. */
export function asking(row: SessionRow, now: number): Attention | null {
  const { attention } = row;
  if (!attention) return null;
  const snoozedUntil = attention.snoozed_until === null ? null : Date.parse(attention.snoozed_until);
  return isSnoozed({ snoozedUntil }, now) ? null : attention;
}

export interface SessionGroups {
  /** The most urgent first, of those the longest waiting. */
  readonly asking: readonly KeyedSession[];
  /** The newest first, as all that follow. */
  readonly live: readonly KeyedSession[];
  readonly ended: readonly KeyedSession[];
}

/** `wanted`: words that must all occur in name, host, prompt, status or tags. */
export function sessionGroups(
  sessions: ReadonlyMap<SessionKey, SessionRow>,
  wanted: string,
  now: number,
): SessionGroups {
  const shown = [...sessions].filter(([, row]) => matchesWords(row, wanted));
  const groups = { asking: [] as KeyedSession[], live: [] as KeyedSession[], ended: [] as KeyedSession[] };
  for (const entry of shown) {
    const group = asking(entry[1], now) ? 'asking' : isFinal(entry[1].state) ? 'ended' : 'live';
    groups[group].push(entry);
  }
  groups.asking.sort(byUrgency);
  groups.live.sort(byAge);
  groups.ended.sort(byAge);
  return groups;
}

export function matchesWords(row: SessionRow, wanted: string): boolean {
  const words = wanted.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const tags = Object.entries(row.tags).map(([key, value]) => `${key}=${value}`);
  const texts = [row.session, row.session_id, row.vm_name, row.status, row.preset, row.prompt, ...tags];
  const all = texts.map((text) => text.toLowerCase());
  return words.every((word) => all.some((text) => text.includes(word)));
}

function byUrgency([leftKey, left]: KeyedSession, [rightKey, right]: KeyedSession): number {
  const urgent = urgency(left.attention) - urgency(right.attention);
  if (urgent !== 0) return urgent;
  const [since, other] = [left.attention?.since ?? '', right.attention?.since ?? ''];
  return since < other ? -1 : since > other ? 1 : leftKey < rightKey ? -1 : 1;
}

function byAge([leftKey, left]: KeyedSession, [rightKey, right]: KeyedSession): number {
  if (left.created_at !== right.created_at) return left.created_at < right.created_at ? 1 : -1;
  return leftKey < rightKey ? -1 : 1;
}

/** How many ask, for title and badge. */
export function askingCount(sessions: ReadonlyMap<SessionKey, SessionRow>, now: number): number {
  let count = 0;
  for (const row of sessions.values()) if (asking(row, now)) count++;
  return count;
}

/** A short name that is safe to show. */
export function titleOf(row: Pick<SessionRow, 'name' | 'session_id'>): string {
  return oneLine(row.name) || oneLine(row.session_id);
}

/** The session of a key that is listed no more, as far as the key tells. */
export function wordsOfKey(key: SessionKey): { host: string; session: string } {
  const colon = key.indexOf(':');
  return { host: oneLine(key.slice(0, Math.max(0, colon))), session: oneLine(key.slice(colon + 1)) };
}
