/** What sessions leave on the disk, put together: measured, held to a quota, and removed. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { createDiskMeter } from './files/disk-use.ts';
import type { Log } from './log.ts';
import type { AttentionKeeper } from './sessions/attention-keeper.ts';
import { DiskKeeper } from './sessions/disk-keeper.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import type { Journal } from './sessions/journal-port.ts';
import type { Registry } from './sessions/registry.ts';
import { Removal } from './sessions/removal.ts';

export interface KeptDisk extends Disposable {
  readonly disk: DiskKeeper;
  readonly removal: Removal;
  /** For the operator. */
  warnings(): readonly string[];
}

export function keepDisk(options: {
  state: string;
  hostname: string;
  quotaBytes: number;
  registry: Registry;
  files: SessionFiles;
  journal: Journal;
  attention: AttentionKeeper;
  reached: (point: string) => Promise<void>;
  log: Log;
}): KeptDisk {
  const { state, registry, files, journal, log } = options;
  const left = new Map<string, string>();
  const disk = new DiskKeeper({
    ...options,
    meter: createDiskMeter(state),
    now: () => performance.now(),
    onProblem: (error) => log.warn({ error: messageOf(error) }, 'cannot measure the disk'),
  });
  const removal = new Removal({
    registry,
    files,
    journal,
    disk,
    reached: options.reached,
    onProblem: (session, error) => {
      log.warn({ session, error: messageOf(error) }, 'cannot remove all of a session');
      left.set(session, `not all of ${session} could be removed: ${oneLine(messageOf(error))}`);
    },
  });
  registry.onRemove((session) => options.attention.removed(session));
  return {
    disk,
    removal,
    warnings: () => [...disk.warnings(), ...left.values()],
    [Symbol.dispose]: () => disk[Symbol.dispose](),
  };
}
