/** What a webhook is sent, in each of its formats. Pure; ids stay the same however often it is sent. */
import type { AttentionKind } from '@berth/shared/domain/attention';
import { oneLine } from '@berth/shared/domain/text';
import type { WebhookFormatName } from '../../config/notify-settings.ts';
import { cut, headline, labelOf, messageOf } from '../message.ts';
import type { Item, NotifyDelivery } from '../policy-types.ts';

export type WebhookFormat = Exclude<WebhookFormatName, 'auto'>;

export interface Body {
  /** The same for the same thing: what has seen it before may drop it. */
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export const FORMATS: Readonly<Record<WebhookFormat, (delivery: NotifyDelivery) => Body[]>> = {
  json: (delivery) =>
    delivery.kind === 'cleared'
      ? [{ id: `${idOf(delivery.item)}-cleared`, value: json(delivery.item, delivery.reason) }]
      : itemsOf(delivery).map((item) => ({ id: idOf(item), value: json(item, null) })),
  slack,
  pagerduty: (delivery) =>
    delivery.kind === 'cleared'
      ? [{ id: `${idOf(delivery.item)}-cleared`, value: pagerDutyResolve(idOf(delivery.item)) }]
      : // What is over needs nobody out of bed.
        itemsOf(delivery)
          .filter(({ over }) => !over)
          .map((item) => ({ id: idOf(item), value: pagerDutyTrigger(item) })),
};

/** What a test sends, one after the other. `id` is new for each test. */
export const TESTS: Readonly<Record<WebhookFormat, (id: string, at: number) => Body[]>> = {
  json: (id, at) => [{ id, value: { id, type: 'test', at: new Date(at).toISOString() } }],
  slack: (id) => [{ id, value: slackText('berth: a test', 'Notifications reach you here.') }],
  pagerduty: (id, at) => [
    { id, value: pagerDutyTrigger({ ...TEST_ITEM, journalId: id, at }) },
    { id: `${id}-cleared`, value: pagerDutyResolve(idOf({ ...TEST_ITEM, journalId: id })) },
  ],
};

/** By its address, for those that have one for all. */
export function formatOf(url: URL): WebhookFormat {
  if (url.hostname === 'hooks.slack.com') return 'slack';
  return /^events(\.eu)?\.pagerduty\.com$/.test(url.hostname) ? 'pagerduty' : 'json';
}

function itemsOf(delivery: Exclude<NotifyDelivery, { kind: 'cleared' }>): readonly Item[] {
  return delivery.kind === 'summary' ? delivery.items : [delivery.item];
}

function idOf({ journalId, number }: Pick<Item, 'journalId' | 'number'>): string {
  return `${journalId}-${number}`;
}

function json(item: Item, cleared: string | null): Record<string, unknown> {
  const id = idOf(item);
  return {
    id: cleared === null ? id : `${id}-cleared`,
    type: cleared === null ? 'attention' : 'cleared',
    at: new Date(item.at).toISOString(),
    host: oneLine(item.host),
    session_id: oneLine(item.sessionId),
    session_name: oneLine(item.sessionName),
    kind: item.kind,
    reason: oneLine(item.reason),
    line: oneLine(item.line),
    journal_id: item.journalId,
    number: item.number,
    replayed: item.replayed,
    standing: cleared === null && !item.over,
    cleared_by: cleared,
  };
}

/** A section takes 3000. */
const SLACK_LENGTH = 2900;

function slack(delivery: NotifyDelivery): Body[] {
  const message = messageOf(delivery);
  if (!message || delivery.kind === 'cleared') return [];
  const items = itemsOf(delivery);
  const ids = items.map(idOf);
  const id = ids.length === 1 ? (ids[0] ?? '') : `${ids[0]}-to-${ids.at(-1)}-${ids.length}`;
  return [{ id, value: slackText(message.title, message.body) }];
}

function slackText(title: string, body: string): Record<string, unknown> {
  const text = slackEscape(`*${title}*${body ? `\n${body}` : ''}`);
  return { text: slackEscape(title), blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] };
}

const SLACK_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Else `<!channel>` in a session's text would call everybody; cut between characters. */
function slackEscape(text: string): string {
  let escaped = '';
  for (const character of text) {
    const next = SLACK_ENTITIES[character] ?? character;
    if (escaped.length + next.length > SLACK_LENGTH) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}

const SEVERITY: Readonly<Record<AttentionKind, string>> = {
  permission: 'warning',
  input: 'warning',
  error: 'error',
  done: 'info',
  bell: 'info',
};
/** Of an incident's summary, as its documentation has it. */
const SUMMARY_LENGTH = 1024;

/** Events API v2; the routing key is added when it is sent. */
function pagerDutyTrigger(item: Item): Record<string, unknown> {
  const said = oneLine(item.line || item.reason);
  return {
    event_action: 'trigger',
    dedup_key: `berth-${idOf(item)}`,
    client: 'berth',
    payload: {
      summary: cut(`${headline(item)}${said ? `: ${said}` : ''}`, SUMMARY_LENGTH),
      source: oneLine(item.host),
      severity: SEVERITY[item.kind],
      timestamp: new Date(item.at).toISOString(),
      component: labelOf(item),
      class: item.kind,
      custom_details: {
        session_id: oneLine(item.sessionId),
        reason: oneLine(item.reason),
        line: oneLine(item.line),
      },
    },
  };
}

function pagerDutyResolve(id: string): Record<string, unknown> {
  return { event_action: 'resolve', dedup_key: `berth-${id}` };
}

const TEST_ITEM: Item = {
  journalId: '',
  number: 0,
  host: 'berth',
  sessionId: 'test',
  sessionName: 'a test of notifications',
  kind: 'bell',
  reason: '',
  line: '',
  at: 0,
  since: 0,
  ripe: 0,
  replayed: false,
  quiet: false,
  over: false,
};
