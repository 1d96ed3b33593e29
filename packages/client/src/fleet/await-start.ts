/** Waits until a session that stands in line has its turn. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { HostClient } from '../rpc/host-client.ts';
import { backoffMs, isPassing, pause } from './backoff.ts';

export interface AwaitStartOptions {
  /** Called again after each break. */
  readonly connect: (signal: AbortSignal) => Promise<HostClient>;
  readonly signal: AbortSignal;
  /** Its place in line is another now. */
  readonly moved: (session: SessionSnapshot) => void;
}

/** The session once it is queued no more: it runs, or it ended. Throws INTERRUPTED at the signal. */
export async function awaitStart(
  session: SessionSnapshot,
  { connect, signal, moved }: AwaitStartOptions,
): Promise<SessionSnapshot> {
  let last = session;
  const waits = ({ state }: SessionSnapshot) => state === 'queued' || state === 'starting';
  for (let attempt = 0; waits(last) && !signal.aborted; ) {
    try {
      const client = await connect(signal);
      for await (const message of client.watch({ onlyNew: true, follow: true }, { signal })) {
        attempt = 0;
        // Others that start or leave move it in line, too.
        if (message.kind === 'event' && message.event.fact?.type !== 'sessionChanged') continue;
        const next = await client.getSession(session.id, { signal });
        if (next.queuePlace !== last.queuePlace && next.state === 'queued') moved(next);
        last = next;
        if (!waits(last)) break;
      }
    } catch (error) {
      if (signal.aborted) break;
      if (!isPassing(error)) throw error;
    }
    if (waits(last)) await pause(backoffMs(attempt++, Math.random()), signal);
  }
  if (signal.aborted && waits(last)) {
    throw new BerthError('INTERRUPTED', `no longer waiting: ${session.id} stays in line`, {
      hint: `take it out with berth kill ${session.id}`,
    });
  }
  return last;
}
