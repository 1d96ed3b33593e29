/** Waiting for a session's end, and the exit code that stands for it. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import { readResuming } from '../fleet/follow.ts';
import type { Place } from '../fleet/resolve.ts';
import { interruption } from './interruption.ts';
import { outOfMemoryHint } from './out-of-memory.ts';

/** Rides the output stream, whose last message is the session as it ended. */
export async function waitForEnd(place: Place, context: Context): Promise<number> {
  if (isFinal(place.session.state)) return ended(place.session, context);
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
  for await (const piece of pieces) if (piece.ended) return ended(piece.ended, context);
  return 130;
}

function ended(session: SessionSnapshot, { console }: Context): number {
  const hint = outOfMemoryHint(session);
  if (hint && !console.json) console.err(`berth: ${session.id} failed: ${session.detail}\n  hint: ${hint}\n`);
  return exitCodeOf(session);
}

/** The command's own code; 124 where its time ran out, 1 where it left none. */
function exitCodeOf(session: SessionSnapshot): number {
  if (session.failureReason === 'timeout') return 124;
  return session.exitCode ?? (session.state === 'completed' ? 0 : 1);
}
