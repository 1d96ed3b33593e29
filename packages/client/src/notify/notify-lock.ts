/** Held by the one watch of a user that notifies. It goes with a reboot, as processes do. */
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { privateDirectory } from '../config/paths.ts';
import { takeLock } from '../tunnel/process-lock.ts';

/** Ms for one that is just ending. */
const PATIENCE_MS = 1000;

/** Throws WATCH_RUNNING where another has it. */
export async function takeNotifyLock(runtimeDir: string): Promise<Disposable> {
  const file = path.join(privateDirectory(runtimeDir), 'notify.lock');
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return await takeLock(file, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    throw new BerthError(
      'WATCH_RUNNING',
      'cannot notify: another berth watch --notify runs, and would tell the same',
    );
  });
}
