/** Whether and when a call is tried again. Pure. */
import type { BerthError } from '@berth/shared/domain/berth-error';

export interface Attempt {
  /** Failures so far, this one included: 1 after the first try. */
  readonly failures: number;
  readonly error: BerthError;
  /** Since the first failure. */
  readonly brokenMs: number;
  /** Since the first try began. */
  readonly elapsedMs: number;
  readonly deadlineMs: number;
  /** In [0, 1). */
  readonly random: number;
}

const FIRST_MS = 25;
const MOST_MS = 1000;
/** How long an agent that was there may be away: it restarts, or is upgraded. */
export const RESTART_MS = 4000;

/**
 * Ms to wait before the next try, or null to give up. Only a broken link is worth another try;
 * every mutating call carries a request id, so that trying it again is harmless.
 */
export function retryAfter(attempt: Attempt): number | null {
  const { reason } = attempt.error;
  const restarts = reason === 'AGENT_MISSING' && attempt.brokenMs < RESTART_MS;
  if (reason !== 'HOST_UNREACHABLE' && !restarts) return null;
  const usual = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt.failures - 1));
  const wait = Math.round(usual * (0.5 + attempt.random / 2));
  return attempt.elapsedMs + wait < attempt.deadlineMs ? wait : null;
}
