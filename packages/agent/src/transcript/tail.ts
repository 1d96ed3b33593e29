/** The end marker in the last bytes of a transcript: where the data end, and how to take it out. Pure. */

/** The marker is looked for in this many bytes at the end of a transcript, no further up. */
export const TAIL_BYTES = 64 * 1024;

/**
 * How many bytes of `tail` (the last of the file) may be delivered now: those before the marker,
 * or before a beginning of it that may become one. What background children print after the
 * marker is delivered once `withoutMarker` has taken the marker out.
 */
export function deliverable(tail: Buffer, marker: Buffer): number {
  const found = tail.indexOf(marker);
  if (found !== -1) return found;
  for (let length = Math.min(tail.length, marker.length - 1); length > 0; length--) {
    const start = tail.length - length;
    if (tail.compare(marker, 0, length, start) === 0) return start;
  }
  return tail.length;
}

/** The tail without the marker, and where the first change is; null where there is no marker in it. */
export function withoutMarker(tail: Buffer, marker: Buffer): { from: number; rest: Buffer } | null {
  const from = tail.indexOf(marker);
  if (from === -1) return null;
  const kept: Buffer[] = [];
  let position = from;
  for (let next: number = from; next !== -1; next = tail.indexOf(marker, position)) {
    kept.push(tail.subarray(position, next));
    position = next + marker.length;
  }
  kept.push(tail.subarray(position));
  return { from, rest: Buffer.concat(kept) };
}
