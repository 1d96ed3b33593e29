/** Waiting for a session's end, and the exit code that stands for it. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import { readResuming } from '../fleet/follow.ts';
import type { Place } from '../fleet/resolve.ts';
import { interruption } from './interruption.ts';

/** Rides the output stream, whose last message is the session as it ended. */
export async function waitForEnd(place: Place, context: Context): Promise<number> {
  if (isFinal(place.session.state)) return exitCodeOf(place.session);
  using interrupted = interruption();
  const pieces = readResuming({
    connect: (signal) => context.connect(place.host, { signal }),
    session: place.session.id,
    offset: place.session.transcriptEnd,
    tailBytes: 0,
    follow: true,
    reconnect: true,
    signal: interrupted.signal,
  });
  for await (const { ended } of pieces) if (ended) return exitCodeOf(ended);
  return 130;
}

/** The command's own code; 124 where its time ran out, 1 where it left none. */
function exitCodeOf(session: SessionSnapshot): number {
  if (session.failureReason === 'timeout') return 124;
  return session.exitCode ?? (session.state === 'completed' ? 0 : 1);
}
