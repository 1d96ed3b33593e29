/** Talks to systemd, where systemd asked to be told (NOTIFY_SOCKET). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '@berth/shared/domain/berth-error';
import notify from 'systemd-notify';
import type { Log } from './log.ts';

const TELL_MS = 5000;

export async function notifyReady(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  if (!env.NOTIFY_SOCKET) return;
  try {
    await notify({ ready: true });
  } catch (error) {
    log.warn({ err: error }, 'systemd could not be told that berthd is ready');
  }
}

/** Assignments as in sd_notify(3): `WATCHDOG=1`, `STATUS=…`. True if systemd was told. */
export async function notifyState(
  env: NodeJS.ProcessEnv,
  log: Log,
  states: readonly string[],
): Promise<boolean> {
  if (!env.NOTIFY_SOCKET) return false;
  try {
    await promisify(execFile)('systemd-notify', ['--', ...states], { env, timeout: TELL_MS });
    return true;
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'systemd could not be told how berthd is');
    return false;
  }
}
