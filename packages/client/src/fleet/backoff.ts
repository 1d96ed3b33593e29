/** How long to wait before the next try, and which failures are worth one. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';

const PASSING: ReadonlySet<Reason> = new Set([
  'HOST_UNREACHABLE',
  'AGENT_MISSING',
  'AGENT_START_FAILED',
  'DEADLINE',
]);

/** True if the link or the agent is gone for now, and the session may well go on. */
export function isPassing(error: unknown): boolean {
  return error instanceof BerthError && PASSING.has(error.reason);
}

/** Ms before try `attempt` (from 0): 100 ms doubling to 5 s (or `most`), spread by a random number in [0, 1). */
export function backoffMs(attempt: number, random: number, most = 5000): number {
  return Math.round(Math.min(most, 100 * 2 ** Math.min(attempt, 10)) * (0.75 + random / 2));
}

/** Resolves after the time, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
