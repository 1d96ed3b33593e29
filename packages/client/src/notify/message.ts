/** What is told, as one short text for people: safe to show anywhere. Pure. */
import { type AttentionKind, urgency } from '@berth/shared/domain/attention';
import { oneLine } from '@berth/shared/domain/text';
import type { Item, NotifyDelivery } from './policy-types.ts';

const TITLE_LENGTH = 100;
const LINE_LENGTH = 240;
/** Lines of a summary; the rest is counted. */
const SUMMARY_LINES = 8;

const ASKS: Readonly<Record<AttentionKind, string>> = {
  permission: 'asks for permission',
  input: 'waits for you',
  error: 'has an error',
  done: 'is done',
  bell: 'rang',
};

export interface Message {
  readonly title: string;
  /** Lines apart by newlines; may be empty. */
  readonly body: string;
  /** The most urgent of those it tells of. */
  readonly kind: AttentionKind;
}

/** Null for what people need not be told: the end of something. */
export function messageOf(delivery: NotifyDelivery): Message | null {
  switch (delivery.kind) {
    case 'cleared':
      return null;
    case 'attention': {
      const { item } = delivery;
      const said = [item.reason, item.line].map((text) => cut(oneLine(text), LINE_LENGTH)).filter(Boolean);
      return { title: headline(item), body: [...new Set(said)].join('\n'), kind: item.kind };
    }
    case 'summary': {
      const items = [...delivery.items].sort((a, b) => urgency(a) - urgency(b) || a.at - b.at);
      const sessions = new Set(items.map(({ host, sessionId }) => `${host}:${sessionId}`)).size;
      const lines = items.slice(0, SUMMARY_LINES).map(summaryLine);
      if (items.length > SUMMARY_LINES) lines.push(`and ${items.length - SUMMARY_LINES} more`);
      const what = sessions === 1 ? '1 session' : `${sessions} sessions`;
      return {
        title: items.some(({ replayed, quiet }) => replayed || quiet)
          ? `${what} asked for you while you were away`
          : `${what} ask for you`,
        body: lines.join('\n'),
        kind: items[0]?.kind ?? 'bell',
      };
    }
  }
}

export function headline(item: Item): string {
  return cut(`${labelOf(item)} on ${oneLine(item.host)} ${ASKS[item.kind]}${gone(item)}`, TITLE_LENGTH);
}

function summaryLine(item: Item): string {
  const said = oneLine(item.line || item.reason);
  return cut(`${headline(item)}${said ? `: ${said}` : ''}`, LINE_LENGTH);
}

export function labelOf({ sessionName, sessionId }: Item): string {
  return oneLine(sessionName) || oneLine(sessionId);
}

function gone({ over }: Item): string {
  return over ? ' (and went on)' : '';
}

/** At most so many characters, never half of one. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
