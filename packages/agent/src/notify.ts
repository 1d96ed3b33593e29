/** Tells systemd that the agent serves, where systemd asked to be told (NOTIFY_SOCKET). */
import notify from 'systemd-notify';
import type { Log } from './log.ts';

export async function notifyReady(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  if (!env.NOTIFY_SOCKET) return;
  try {
    await notify({ ready: true });
  } catch (error) {
    log.warn({ err: error }, 'systemd could not be told that berthd is ready');
  }
}
