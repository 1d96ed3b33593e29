/** Notices for the page, by the dwell, cooldown and quiet hours of `berth watch --notify`. */
import type { Settings } from '../config/settings.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import { isLooking } from '../notify/looking.ts';
import { messageOf } from '../notify/message.ts';
import { Notifier } from '../notify/notifier.ts';
import { policyOf } from '../notify/open-notifications.ts';
import { EMPTY_STATE } from '../notify/policy.ts';
import { sessionKey } from './fleet-state.ts';
import type { LiveMessage } from './protocol.ts';

type Notice = Extract<LiveMessage, { type: 'notice' }>;

/** After the last key, ms until who typed into a session may have left. */
const PRESENT_MS = 30_000;

export interface PageNotices extends AsyncDisposable {
  /** Somebody types into the session: they need not be told of it. */
  typed(session: string): void;
}

export function pageNotices(options: {
  readonly fleet: Pick<LiveFleet, 'onNews'>;
  readonly settings: Settings;
  readonly runtimeDir: string;
  readonly now: () => number;
  readonly tell: (notice: Notice) => void;
}): PageNotices {
  const { fleet, settings, runtimeDir, now, tell } = options;
  const typedAt = new Map<string, number>();
  const notifier = new Notifier({
    policy: policyOf(settings.notify),
    // Tabs show what stood before: nothing is told again.
    store: { load: () => EMPTY_STATE, save: () => {} },
    durable: [],
    channels: [
      {
        name: 'page',
        async deliver(delivery) {
          const message = messageOf(delivery);
          const item = delivery.kind === 'summary' ? delivery.items[0] : delivery.item;
          if (!message || !item) return;
          const { title, body } = message;
          const key = sessionKey(item.host, item.sessionId);
          tell({ type: 'notice', key, title, body, sound: settings.notify.sound });
        },
        test: async () => '',
      },
    ],
    looking: (item, at) =>
      at - (typedAt.get(sessionKey(item.host, item.sessionId)) ?? 0) < PRESENT_MS ||
      isLooking(runtimeDir, item, at),
    failed: () => {},
    now,
  });
  const listening = fleet.onNews((news) => notifier.take(news));
  return {
    typed: (session) => void typedAt.set(session, now()),
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      await notifier[Symbol.asyncDispose]();
    },
  };
}
