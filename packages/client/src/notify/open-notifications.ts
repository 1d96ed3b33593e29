/** Notifications as the settings and flags want them: which channels there are, and the notifier over them. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { NotifySettings, WebhookFormatName } from '../config/notify-settings.ts';
import { paths as pathsOf } from '../config/paths.ts';
import type { FleetNews, LiveFleet } from '../fleet/live-fleet.ts';
import type { Console } from '../render/console.ts';
import { renderError } from '../render/errors.ts';
import type { Channel } from './channel.ts';
import { openDesktop } from './desktop.ts';
import { isLooking } from './looking.ts';
import { Notifier } from './notifier.ts';
import type { PolicyOptions } from './policy-types.ts';
import { parseQuietHours } from './quiet-hours.ts';
import { Sound } from './sound/sound.ts';
import { stateFile } from './state-file.ts';
import { formatOf } from './webhook/body.ts';
import { Outbox } from './webhook/outbox.ts';
import { redact } from './webhook/post.ts';
import { GIVE_UP_MS, Webhook } from './webhook/webhook.ts';

export interface NotificationsOptions {
  readonly settings: NotifySettings;
  /** Addresses of --webhook; they take the place of those of the settings. */
  readonly webhooks: readonly string[];
  /** Of --webhook-format. */
  readonly webhookFormat: WebhookFormatName | undefined;
  /** Of --sound. */
  readonly sound: boolean;
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
}

export interface Channels {
  readonly webhooks: readonly Webhook[];
  /** Those that show or play something here. */
  readonly here: readonly Channel[];
}

/** Throws USAGE or CONFIG_INVALID where they cannot work. */
export function openChannels(options: NotificationsOptions): Channels {
  const { settings, console, env } = options;
  const { stateDir, cacheDir } = pathsOf(env);
  const desktop = openDesktop({ notifier: settings.notifier, console, env });
  const sound =
    options.sound || settings.sound
      ? new Sound({
          volume: settings.soundVolume,
          cooldownMs: settings.soundCooldownMs,
          mute: settings.soundMute,
          directory: settings.soundDir,
          cacheDir,
          env,
        })
      : null;
  const urls = options.webhooks.length > 0 ? options.webhooks.map(addressOf) : settings.webhooks;
  const outbox = new Outbox(stateDir);
  // What no webhook of today is meant to take.
  outbox.expire(Date.now() - GIVE_UP_MS);
  const format = options.webhookFormat ?? settings.webhookFormat;
  const webhooks = urls.map((url) => openWebhook(url, format, { outbox, console, settings }));
  const here = [desktop, sound].filter((channel) => channel !== null);
  if (here.length === 0 && webhooks.length === 0) {
    throw new BerthError(
      'CONFIG_INVALID',
      'there is nobody to notify: notifier is none, and there is no webhook',
      {
        hint: 'give --webhook URL, or set notifier: auto',
      },
    );
  }
  return { webhooks, here };
}

/** The error never shows the address: it may be a key. */
function addressOf(text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new BerthError('USAGE', '--webhook takes an http or https address', {
    hint: 'write --webhook https://example.com/hook',
  });
}

function openWebhook(
  url: URL,
  wanted: WebhookFormatName,
  { outbox, console, settings }: { outbox: Outbox; console: Console; settings: NotifySettings },
): Webhook {
  const format = wanted === 'auto' ? formatOf(url) : wanted;
  if (format === 'pagerduty' && !settings.routingKey) {
    throw new BerthError('CONFIG_INVALID', `webhook ${redact(url)}: PagerDuty needs a routing key`, {
      hint: 'set pagerduty_routing_key, or the variable BERTH_PAGERDUTY_ROUTING_KEY',
    });
  }
  return new Webhook({
    url,
    format,
    secret: settings.webhookSecret,
    routingKey: format === 'pagerduty' ? settings.routingKey : null,
    outbox,
    notice: (text) => console.err(`berth: ${text}\n`),
  });
}

export interface Notifications extends AsyncDisposable {
  /** News of the fleet, in order; resolves when they are kept. Never rejects. */
  take(news: FleetNews): Promise<void>;
}

/** Tells from now on; first what was left over from before. */
export function openNotifications(
  options: NotificationsOptions,
  fleet: Pick<LiveFleet, 'hosts'>,
): Notifications {
  const { console, env, settings } = options;
  const { webhooks, here } = openChannels(options);
  const { runtimeDir, stateDir } = pathsOf(env);
  const said = new Set<string>();
  const notifier = new Notifier({
    policy: policyOf(settings),
    store: stateFile(stateDir),
    durable: webhooks,
    channels: here,
    looking: (item, now) => isLooking(runtimeDir, item, now),
    failed: (error) => {
      const text = renderError(error, console);
      if (!said.has(text)) console.err(text);
      said.add(text);
    },
  });
  for (const webhook of webhooks) webhook.resume();
  /** Hosts of which events are gone that were not told. */
  const cut = new Set<string>();
  return {
    async take(news) {
      if (news.kind === 'gone') cut.add(news.host.name);
      if (news.kind === 'opened' && cut.delete(news.host.name)) {
        const host = fleet.hosts().find(({ config }) => config.name === news.host.name);
        if (host) await notifier.standing(news.journalId, host);
      }
      await notifier.take(news);
    },
    async [Symbol.asyncDispose]() {
      await notifier[Symbol.asyncDispose]();
      await Promise.all(webhooks.map((webhook) => webhook[Symbol.asyncDispose]()));
    },
  };
}

/** As the settings have it. */
export function policyOf(settings: NotifySettings): PolicyOptions {
  const { dwellMs, dwellOtherMs: other, cooldownMs, kinds, quietHours, quietExcept } = settings;
  return {
    dwellMs: { permission: dwellMs, input: dwellMs, error: other, done: other, bell: other },
    cooldownMs,
    kinds,
    quietHours: parseQuietHours(quietHours),
    quietExcept,
  };
}
