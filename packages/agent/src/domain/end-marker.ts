/**
 * The end marker: an escape sequence that terminals ignore, printed by the wrapper as the last
 * thing of a session. Once it has arrived in the transcript, everything before it has too.
 */

/** Fixed for each session, so that an agent that was started anew knows it. */
export function endMarker(sessionId: string): string {
  return `\u001b]5113;berth-end;${sessionId}\u001b\\`;
}
