/**
 * Calls back each time a session may have changed its repository, and for the last time once it has
 * ended. Events wake it, and what happened is looked up: those that come meanwhile are one.
 */
import type { BerthError } from '@berth/shared/domain/berth-error';
import { type HostEvent, kindOf } from '@berth/shared/domain/event';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import { backoffMs, isPassing, pause } from '../fleet/backoff.ts';
import type { HostClient, WatchMessage } from '../rpc/host-client.ts';

export interface FollowSession {
  /** Called again after each break. */
  readonly connect: () => Promise<HostClient>;
  readonly session: string;
  readonly signal: AbortSignal;
  /** One at a time. */
  readonly changed: (session: SessionSnapshot) => Promise<void>;
  readonly lost: (error: BerthError) => void;
}

/** A commit changes no file of the work tree: what is printed meanwhile wakes, too. */
const WAKING = ['state', 'files', 'output', 'activity', 'artifacts'];

/** Rides out broken links. Ends with the session or the signal. */
export async function followSession(options: FollowSession): Promise<void> {
  const { signal } = options;
  for (let attempt = 0; !signal.aborted; ) {
    try {
      if (
        await followOnce(options, () => {
          attempt = 0;
        })
      )
        return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      if (attempt === 0) options.lost(error as BerthError);
    }
    await pause(backoffMs(attempt++, Math.random()), signal);
  }
}

/** True once the session has ended. */
async function followOnce(options: FollowSession, worked: () => void): Promise<boolean> {
  const { session: id, signal } = options;
  const client = await options.connect();
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const events = client.watch({ onlyNew: true, follow: true }, { signal: stop });
  const bell = new Bell();
  // What happens from here on is in the stream: the first look cannot miss it.
  const listening = listen(events, id, bell).finally(() => bell.close());
  listening.catch(() => {});
  try {
    while (await bell.rung()) {
      const session = await client.getSession(id, { signal });
      await options.changed(session);
      worked();
      if (isFinal(session.state)) return true;
    }
    await listening;
    return signal.aborted;
  } finally {
    over.abort();
    await listening.catch(() => {});
  }
}

async function listen(events: AsyncIterable<WatchMessage>, id: string, bell: Bell): Promise<void> {
  for await (const message of events) {
    if (message.kind === 'opened' || wakes(message.event, id)) bell.ring();
  }
}

function wakes(
  { sessionId, fact }: Omit<HostEvent, 'fact'> & { fact: HostEvent['fact'] | null },
  id: string,
) {
  return sessionId === id && fact !== null && WAKING.includes(kindOf(fact));
}

/** Rung any number of times between two looks, it has rung once. */
class Bell {
  #rung = false;
  #closed = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** False once it is closed. */
  async rung(): Promise<boolean> {
    if (!this.#rung && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = null;
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
