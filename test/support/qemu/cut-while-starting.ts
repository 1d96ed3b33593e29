/** Cuts the power of a guest while it acknowledges starts, and boots it again. */
import { EventWatcher, type SeenEvent } from '../event-watcher.ts';
import { until } from '../until.ts';
import type { GuestHost } from './guest-host.ts';

export interface Cut {
  /** Ids of what was acknowledged before the cut; true where it is to run again after a reboot. */
  readonly acknowledged: ReadonlyMap<string, boolean>;
  /** Ids of what was under way, and was acknowledged after. */
  readonly late: readonly string[];
  /** All events from the first on, as they were told before the cut. */
  readonly seen: readonly SeenEvent[];
}

export async function cutWhileStarting(host: GuestHost): Promise<Cut> {
  const acknowledged = new Map<string, boolean>();
  const late: string[] = [];
  const patience = { deadlineMs: 170_000, everyMs: 5 };
  let cut = false;
  const keepStarting = async (restart: boolean): Promise<void> => {
    const flags = ['--memory', '32M', '--restart', restart ? 'on-reboot' : 'never'];
    while (!cut) {
      // One that fails was not acknowledged: nothing is promised of it.
      const id = await host.start(flags, ['sleep', '1000']).catch(() => null);
      if (id === null) continue;
      if (cut) late.push(id);
      else acknowledged.set(id, restart);
    }
  };
  await using watcher = new EventWatcher(() => host.tunnel());
  const starting = [keepStarting(false), keepStarting(true)];
  const both = () =>
    new Set(acknowledged.values()).size === 2 && acknowledged.size >= 3 && watcher.seen.length > 0;
  await until(both, { what: 'starts of both kinds were acknowledged', ...patience });
  cut = true;
  await host.vm.powerCut();
  const seen = [...watcher.seen];
  await host.vm.boot();
  await Promise.all(starting);
  return { acknowledged, late, seen };
}
