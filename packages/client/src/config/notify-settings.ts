/** Settings of notifications: how each is written, and what they mean together. */
import { ATTENTION_KINDS, type AttentionKind } from '@berth/shared/domain/attention';
import { parseDuration } from '@berth/shared/domain/duration';
import { Secret } from './secret.ts';

export const NOTIFIERS = ['auto', 'notify-send', 'osascript', 'terminal', 'none'] as const;
export type NotifierName = (typeof NOTIFIERS)[number];
/** `auto`: by the address. */
export const WEBHOOK_FORMATS = ['auto', 'json', 'slack', 'pagerduty'] as const;
export type WebhookFormatName = (typeof WEBHOOK_FORMATS)[number];

const KINDS: readonly string[] = ATTENTION_KINDS;
const TIME = 'must be a time such as 0, 500ms, 5s or 2m';
const LIST = `must be some of ${ATTENTION_KINDS.join(', ')}, apart by commas`;
const time = (text: string) => parseDuration(text);
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);
const kinds = (text: string) => (words(text).every((word) => KINDS.includes(word)) ? text : null);
const oneOf = (choices: readonly string[]) => ({
  read: (text: string) => (choices.includes(text) ? text : null),
  form: `must be one of ${choices.join(', ')}`,
});

/** `22:00-07:00`, or nothing. */
const HOURS = /^(([01]?\d|2[0-3]):[0-5]\d\s*-\s*(([01]?\d|2[0-3]):[0-5]\d|24:00))?$/;
/** Of no length, or a whole day: then nothing would ever be told. */
const isEmptySpan = (text: string) => {
  const [from, to] = text.split('-').map((time) =>
    time
      .trim()
      .replace(/^0?(\d:)/, '$1')
      .replace('24:', '0:'),
  );
  return from === to;
};
const urlOf = (text: string): URL | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^https?:$/.test(url.protocol) ? url : null;
};

export const NOTIFY_SETTINGS = {
  notify_dwell: { variable: 'BERTH_NOTIFY_DWELL', usual: '5s', read: time, form: TIME },
  notify_dwell_other: { variable: 'BERTH_NOTIFY_DWELL_OTHER', usual: '1s', read: time, form: TIME },
  notify_cooldown: { variable: 'BERTH_NOTIFY_COOLDOWN', usual: '60s', read: time, form: TIME },
  notify_kinds: {
    variable: 'BERTH_NOTIFY_KINDS',
    usual: ATTENTION_KINDS.join(','),
    read: kinds,
    form: LIST,
  },
  quiet_hours: {
    variable: 'BERTH_QUIET_HOURS',
    usual: '',
    read: (text: string) => (HOURS.test(text.trim()) && !isEmptySpan(text) ? text : null),
    form: 'must be a span such as 22:00-07:00',
  },
  quiet_except: { variable: 'BERTH_QUIET_EXCEPT', usual: '', read: kinds, form: LIST },
  notifier: {
    variable: 'BERTH_NOTIFIER',
    usual: 'auto',
    ...oneOf(NOTIFIERS),
  },
  sound: { variable: 'BERTH_SOUND', usual: 'off', ...oneOf(['on', 'off']) },
  sound_volume: {
    variable: 'BERTH_SOUND_VOLUME',
    usual: '50',
    read: (text: string) => (/^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : null),
    form: 'must be a whole number from 0 to 100',
  },
  sound_cooldown: { variable: 'BERTH_SOUND_COOLDOWN', usual: '3s', read: time, form: TIME },
  sound_mute: { variable: 'BERTH_SOUND_MUTE', usual: '', read: kinds, form: LIST },
  sound_dir: { variable: 'BERTH_SOUND_DIR', usual: '', read: (text: string) => text, form: '' },
  webhook: {
    variable: 'BERTH_WEBHOOK',
    usual: '',
    read: (text: string) => (words(text).every(urlOf) ? text : null),
    form: 'must be http or https addresses, apart by spaces',
    secret: true,
  },
  webhook_format: {
    variable: 'BERTH_WEBHOOK_FORMAT',
    usual: 'auto',
    ...oneOf(WEBHOOK_FORMATS),
  },
  webhook_secret: {
    variable: 'BERTH_WEBHOOK_SECRET',
    usual: '',
    read: (text: string) => text,
    form: '',
    secret: true,
  },
  pagerduty_routing_key: {
    variable: 'BERTH_PAGERDUTY_ROUTING_KEY',
    usual: '',
    read: (text: string) => text,
    form: '',
    secret: true,
  },
} as const;

type Name = keyof typeof NOTIFY_SETTINGS;

export interface NotifySettings {
  /** Ms that permission and input stand before they are told; the other kinds. */
  readonly dwellMs: number;
  readonly dwellOtherMs: number;
  readonly cooldownMs: number;
  readonly kinds: readonly AttentionKind[];
  /** As written; empty: none. */
  readonly quietHours: string;
  readonly quietExcept: readonly AttentionKind[];
  readonly notifier: NotifierName;
  readonly sound: boolean;
  /** From 0 to 1. */
  readonly soundVolume: number;
  readonly soundCooldownMs: number;
  readonly soundMute: readonly AttentionKind[];
  /** Empty: none. */
  readonly soundDir: string;
  readonly webhooks: readonly URL[];
  readonly webhookFormat: WebhookFormatName;
  readonly webhookSecret: Secret | null;
  readonly routingKey: Secret | null;
}

/** `value`: each as it was read. */
export function notifySettings(value: (name: Name) => string | number): NotifySettings {
  const text = (name: Name) => String(value(name)).trim();
  const list = (name: Name) => words(text(name)) as AttentionKind[];
  const secret = (name: Name) => (text(name) === '' ? null : new Secret(text(name)));
  return {
    dwellMs: Number(value('notify_dwell')),
    dwellOtherMs: Number(value('notify_dwell_other')),
    cooldownMs: Number(value('notify_cooldown')),
    kinds: list('notify_kinds'),
    quietHours: text('quiet_hours'),
    quietExcept: list('quiet_except'),
    notifier: text('notifier') as NotifierName,
    sound: text('sound') === 'on',
    soundVolume: Number(value('sound_volume')) / 100,
    soundCooldownMs: Number(value('sound_cooldown')),
    soundMute: list('sound_mute'),
    soundDir: text('sound_dir'),
    webhooks: words(text('webhook')).flatMap((word) => urlOf(word) ?? []),
    webhookFormat: text('webhook_format') as WebhookFormatName,
    webhookSecret: secret('webhook_secret'),
    routingKey: secret('pagerduty_routing_key'),
  };
}
