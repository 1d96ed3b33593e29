/** The figures of this agent for whoever collects metrics: asked for at each collection. */
import type { SessionState } from '@berth/shared/domain/session-state';
import { VERSION } from '@berth/shared/domain/version';
import { type Capacity, holdings } from './domain/ledger.ts';
import type { watchEventLoop } from './health/event-loop.ts';
import { createMetrics } from './health/metrics.ts';
import type { Feed } from './journal/feed.ts';
import type { Attachments } from './sessions/attachments.ts';
import type { Registry } from './sessions/registry.ts';
import type { UsageMeter } from './sessions/usage.ts';

/** Functions: what they give need not be there before the first collection. */
export function createHostMetrics(of: {
  eventLoop: ReturnType<typeof watchEventLoop>;
  registry: () => Registry;
  usage: () => UsageMeter;
  capacity: () => Capacity;
  attachments: () => Attachments;
  feed: () => Feed;
}) {
  return createMetrics({
    version: VERSION,
    sessionMemory: async () => of.usage().memoryBytes,
    figures: () => {
      const sessions: Partial<Record<SessionState, number>> = {};
      for (const { state } of of.registry().all()) sessions[state] = (sessions[state] ?? 0) + 1;
      const { heldBytes, heldSlots } = holdings(of.registry().all());
      return {
        sessions,
        heldSlots,
        heldBytes,
        capacityBytes: of.capacity().capacityBytes,
        attachedClients: of.attachments().total(),
        eventLagSeconds: of.feed().lagMs() / 1000,
        eventLoopLagSeconds: of.eventLoop.lagMs() / 1000,
      };
    },
  });
}
