/** What sessions use and who looks at them, put together: measured, counted, and told as facts. */
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Fact } from '@berth/shared/domain/event';
import type { Log } from './log.ts';
import type { AttentionKeeper } from './sessions/attention-keeper.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import type { Units } from './sessions/ports.ts';
import { Presence } from './sessions/presence.ts';
import type { Registry } from './sessions/registry.ts';
import { killsMessage, UsageMeter } from './sessions/usage.ts';

export function observeUse(options: {
  registry: Registry;
  units: Units;
  files: SessionFiles;
  attention: AttentionKeeper;
  metrics: { oomKill(): void };
  log: Log;
  now: () => number;
}): { usage: UsageMeter; presence: Presence } {
  const { registry, units, files, attention, metrics, log, now } = options;
  const countKills = (kills: number) => {
    for (let kill = 0; kill < kills; kill++) metrics.oomKill();
  };
  /** For facts without which all goes on: attaching must work where the disk is full. */
  const mention = (session: string, fact: Fact) => {
    try {
      registry.tell([fact], { sessionId: session });
    } catch (error) {
      log.warn({ session, fact: fact.type, error: messageOf(error) }, 'cannot record what happened');
    }
  };
  const usage = new UsageMeter({
    units,
    active: () => registry.active(),
    paths: (session) => files.paths(session.id),
    now: () => performance.now(),
    clock: now,
    onOomKill: (session, kills) => {
      countKills(kills);
      log.warn({ session: session.id, kills }, 'processes of a session were ended for memory');
      registry.notice('OUT_OF_MEMORY', killsMessage(session.id, kills), session.id);
      attention.signal(session.id, { type: 'kernelKill', at: now(), kills });
    },
    onPressure: ({ id }, pressure) => mention(id, { type: 'memoryPressure', ...pressure }),
  });
  registry.onChange((session) => {
    if (session.state === 'running') usage.begun(session);
    if ('oomKills' in session) countKills(session.oomKills - (usage.of(session.id)?.oomKills ?? 0));
  });
  const presence = new Presence({
    onChange: (session, { attached, count }) =>
      mention(session, { type: 'clientsChanged', attachedClients: count, attached }),
  });
  return { usage, presence };
}
