/** Takes the end marker out of a transcript file, and loses nothing else. */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { TAIL_BYTES, withoutMarker } from './tail.ts';

/**
 * `cut`: it was there and is out. `followed`: it is there, but children in the background printed
 * after it and may go on; it is cut out when the call says that they are gone (`settled`).
 * Synchronous, so that hardly a moment lies between looking at the end and moving it.
 */
export function cutMarker(
  transcript: string,
  { marker, settled }: { marker: Buffer; settled: boolean },
): 'cut' | 'followed' | 'missing' {
  const file = openIfThere(transcript);
  if (file === null) return 'missing';
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = Buffer.alloc(size - from);
    const found = withoutMarker(tail.subarray(0, readSync(file, tail, 0, tail.length, from)), marker);
    if (!found) return 'missing';
    const { rest } = found;
    if (rest.length > 0 && !settled) return 'followed';
    if (rest.length > 0) writeSync(file, rest, 0, rest.length, from + found.from);
    else if (fstatSync(file).size !== size) return 'followed';
    ftruncateSync(file, from + found.from + rest.length);
    return 'cut';
  } finally {
    closeSync(file);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
