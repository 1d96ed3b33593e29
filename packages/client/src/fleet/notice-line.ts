/** What somebody who is attached is told of other sessions. Pure. */
import { isSnoozed, wordsOf } from '@berth/shared/domain/attention';
import { oneLine } from '@berth/shared/domain/text';
import { raisedBy } from './attention-event.ts';
import type { FleetNews } from './live-fleet.ts';

export interface Attached {
  readonly host: string;
  readonly sessionId: string;
}

/** One safe line where the news is that another session asks for somebody; else null. */
export function noticeLine(news: FleetNews, attached: Attached, now: number): string | null {
  if (news.kind !== 'event' || news.replayed) return null;
  const raised = raisedBy(news.event);
  if (!raised) return null;
  const { sessionId, sessionName, attention } = raised;
  if (news.host.name === attached.host && sessionId === attached.sessionId) return null;
  if (isSnoozed(attention, now)) return null;
  const what = wordsOf(attention);
  const who = `${oneLine(news.host.name)}:${oneLine(sessionName) || oneLine(sessionId)}`;
  return `${who} ${attention.kind}${what ? `: ${what}` : ''}`;
}

/** Several that came at once, the newest last: a terminal has room for one line. */
export function together(lines: readonly string[]): string {
  const newest = lines.at(-1) ?? '';
  return lines.length > 1 ? `${newest} (and ${lines.length - 1} more: berth next)` : newest;
}
