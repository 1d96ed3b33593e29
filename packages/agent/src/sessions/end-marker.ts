/**
 * The end marker: an escape sequence that terminals ignore, printed by the wrapper as the last
 * thing of a session. Once it has arrived in the transcript, everything before it has too.
 */
import { createHash } from 'node:crypto';

/** Fixed for each session, so that an agent that was started anew knows it. */
export function endMarker(sessionId: string): string {
  const mark = createHash('sha256').update(`end of ${sessionId}`).digest('hex').slice(0, 16);
  return `\u001b]5113;berth-end;${mark}\u001b\\`;
}
