/** Looking after one session of a host that may be away for a while: a laptop sleeps, an agent is replaced. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import { backoffMs, isPassing, pause } from './backoff.ts';

/** The host is asked this often, in ms. */
const LOOK_MS = 2000;
/** At most, while it does not answer: for days, where a laptop is elsewhere. */
const SELDOM_MS = 30_000;

export interface LookAfterOptions {
  /** Name of the host. */
  readonly host: string;
  /** Rejects where there is nothing to look after any more, or the host is away. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** One line: that it is away, or back. */
  readonly told: (text: string) => void;
}

/** Until the signal aborts. Rejects with what a look failed with, unless that will pass. */
export async function lookAfter({ host, look, told }: LookAfterOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  for (;;) {
    const seldom = () => Math.max(LOOK_MS, backoffMs(failures, Math.random(), SELDOM_MS));
    await pause(failures === 0 ? LOOK_MS : seldom(), signal);
    if (signal.aborted) return;
    try {
      await unlessAborted(look(signal), signal);
      if (signal.aborted) return;
      if (failures > 0) told(`${host} is back`);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      if (failures === 0) told(`${messageOf(error)}; connections wait until it is back`);
      failures += 1;
    }
  }
}

/** As the promise, or at once when the signal aborts: the way to a host that hangs is given up in its own time. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const leave = () => resolve();
  signal.addEventListener('abort', leave, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** Throws SESSION_ENDED. */
export function refuseEnded({ id, state }: SessionSnapshot): void {
  if (!isFinal(state)) return;
  throw new BerthError('SESSION_ENDED', `session ${id} has ended: it is ${state}`, {
    values: { session: id },
  });
}
