/**
 * Feeds systemd's watchdog, after each look that found nothing a new start would mend, and keeps
 * the line that `systemctl status` shows.
 */
import type { HealthReport } from './checks.ts';

export interface WatchdogOptions {
  /** WATCHDOG_USEC, WATCHDOG_PID, NOTIFY_SOCKET: sd_watchdog_enabled(3). */
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  readonly report: () => Promise<HealthReport>;
  /** Tells systemd, e.g. `WATCHDOG=1`; true if that worked. */
  readonly notify: (state: string) => Promise<boolean>;
  readonly onPing: () => void;
  /** With the names of the checks that failed. */
  readonly onWithheld: (failed: readonly string[]) => void;
  /** One line of figures. */
  readonly status: () => string;
  readonly now: () => number;
}

const STATUS_MS = 10_000;
/** After a withheld ping there is little time left: half of systemd's patience has gone. */
const RETRY_PART = 5;

/** Null where no watchdog waits for this process, else the time in ms between two pings. */
export function pingEvery(env: NodeJS.ProcessEnv, pid: number): number | null {
  const usec = Number(env.WATCHDOG_USEC);
  if (!env.NOTIFY_SOCKET || !Number.isSafeInteger(usec) || usec <= 0) return null;
  if (env.WATCHDOG_PID && Number(env.WATCHDOG_PID) !== pid) return null;
  return usec / 2000;
}

/** Runs until disposed; without NOTIFY_SOCKET there is nothing to do. */
export function startWatchdog(options: WatchdogOptions): Disposable {
  const { env, notify } = options;
  const every = pingEvery(env, options.pid);
  if (!env.NOTIFY_SOCKET) return { [Symbol.dispose]() {} };
  let stopped = false;
  let told = { line: '', at: Number.NEGATIVE_INFINITY };
  let timer: NodeJS.Timeout | undefined;

  /** True if the ping went out. */
  async function ping(): Promise<boolean> {
    const { checks } = await options.report();
    if (stopped) return true;
    const failed = checks.filter((check) => !check.ok && check.restartMends);
    if (failed.length > 0) {
      options.onWithheld(failed.map(({ name }) => name));
      return false;
    }
    if (!(await notify('WATCHDOG=1'))) return false;
    options.onPing();
    return true;
  }

  async function tellStatus(): Promise<void> {
    const line = options.status();
    if (stopped || line === told.line || options.now() - told.at < STATUS_MS) return;
    told = { line, at: options.now() };
    await notify(`STATUS=${line}`);
  }

  async function round(): Promise<void> {
    const pinged = every === null || (await ping());
    await tellStatus();
    if (stopped) return;
    const usual = every ?? STATUS_MS;
    timer = setTimeout(() => void round(), pinged ? usual : usual / RETRY_PART);
    timer.unref();
  }
  void round();
  return {
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
