/** Waiting until a session that is in line for a slot has begun. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { pause } from '../fleet/backoff.ts';
import { inLine } from '../fleet/queue-place.ts';
import type { Place } from '../fleet/resolve.ts';
import { interruption } from './interruption.ts';

const LOOK_MS = 1000;

/**
 * The session once it does not wait any more; null where the person would not wait. Its place is
 * told as it changes. With `reconnect` a host that cannot be reached is asked again.
 */
export async function awaitTurn(
  place: Place,
  { reconnect }: { reconnect: boolean },
  context: Context,
): Promise<Place | null> {
  const { host } = place;
  let { session } = place;
  using interrupted = interruption();
  let told: number | null = null;
  while (session.state === 'queued' || session.state === 'starting') {
    if (session.queuePlace !== null && session.queuePlace !== told)
      context.console.err(`${waits(session)}\n`);
    told = session.queuePlace ?? told;
    await pause(LOOK_MS, interrupted.signal);
    if (interrupted.signal.aborted) return null;
    try {
      session = await (await context.connect(host)).getSession(session.id);
    } catch (error) {
      const away = error instanceof BerthError && error.reason === 'HOST_UNREACHABLE';
      if (!away || !reconnect) throw error;
    }
  }
  return { ...place, session };
}

/** For people who would look at a session that has not begun. */
export function waits({ name, id, queuePlace }: Place['session']): string {
  const where = queuePlace === null ? 'in line' : inLine(queuePlace);
  return `berth: session ${oneLine(name) || id} waits for a slot: ${where} on its host`;
}
