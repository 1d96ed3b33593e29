/** `berth watch --notify`: the flags of notifications, and what they do to a watch. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { WEBHOOK_FORMATS, type WebhookFormatName } from '../config/notify-settings.ts';
import type { Context } from '../context.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import type { Notifications, NotificationsOptions } from '../notify/open-notifications.ts';
import { toJson } from '../render/json.ts';
import { type EventFilter, isWanted } from '../watch/filter.ts';
import type { Flags, FlagValues } from './command.ts';

export const NOTIFY_FLAGS = {
  notify: { type: 'boolean', describe: 'also notify: on the desktop, by sound, by webhook' },
  test: { type: 'boolean', describe: 'with --notify: send a test each way, and say what was answered' },
  webhook: { type: 'list', value: 'URL', describe: 'with --notify: also tell this address' },
  'webhook-format': {
    type: 'string',
    value: 'FORMAT',
    choices: WEBHOOK_FORMATS,
    describe: 'what webhooks are sent: auto, json, slack or pagerduty',
  },
  sound: { type: 'boolean', describe: 'with --notify: also play a sound' },
} as const satisfies Flags;

type NotifyChoice = FlagValues<typeof NOTIFY_FLAGS>;

/** Where a watch with --notify goes on that names no cursor. */
export const NOTIFY_CURSOR = 'notify';

/** Throws USAGE where a flag says nothing without --notify. */
export function refuseWithoutNotify(flags: NotifyChoice): void {
  if (flags.notify) return;
  const alone = (['test', 'webhook', 'webhook-format', 'sound'] as const).find((name) => {
    const value = flags[name];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });
  if (alone) throw new BerthError('USAGE', `--${alone} goes with --notify`, { hint: `add --notify` });
}

/** Only one watch notifies: two would tell everything twice. */
export async function notifyLock({ paths }: Context): Promise<Disposable> {
  const { takeNotifyLock } = await import('../notify/notify-lock.ts');
  return await takeNotifyLock(paths.runtimeDir);
}

/** What a watch gives its news to, before it prints them. Sessions that are not watched are not told of. */
export async function openNotify(
  flags: NotifyChoice,
  context: Context,
  { fleet, filter }: { fleet: LiveFleet; filter: EventFilter },
): Promise<Notifications> {
  const { openNotifications } = await import('../notify/open-notifications.ts');
  const notifications = openNotifications(optionsOf(flags, context), fleet);
  const own: EventFilter = { kinds: [], sessions: filter.sessions };
  return {
    async take(news) {
      if (news.kind === 'event' && !isWanted(own, news.host.name, news.event)) return;
      await notifications.take(news);
    },
    [Symbol.asyncDispose]: () => notifications[Symbol.asyncDispose](),
  };
}

/** One test each way; resolves with the exit code. */
export async function testNotifications(flags: NotifyChoice, context: Context): Promise<number> {
  const { openChannels } = await import('../notify/open-notifications.ts');
  const { here, webhooks } = openChannels(optionsOf(flags, context));
  const { console } = context;
  const tests: { channel: string; ok: boolean; answer: string }[] = [];
  for (const channel of [...here, ...webhooks]) {
    const result = await channel.test().then(
      (answer) => ({ ok: true, answer }),
      (error: Error) => ({ ok: false, answer: oneLine(error.message) }),
    );
    tests.push({ channel: channel.name, ...result });
    if (!console.json) console.out(`${result.ok ? '✓' : '✗'} ${channel.name}: ${result.answer}\n`);
  }
  if (console.json) console.out(`${toJson({ tests })}\n`);
  return tests.every(({ ok }) => ok) ? 0 : 1;
}

function optionsOf(flags: NotifyChoice, { settings, console, env }: Context): NotificationsOptions {
  return {
    settings: settings.notify,
    webhooks: flags.webhook,
    // The parser took one of the choices.
    webhookFormat: flags['webhook-format'] as WebhookFormatName | undefined,
    sound: flags.sound,
    console,
    env,
  };
}
