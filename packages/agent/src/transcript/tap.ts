/** A transcript that is read as it grows, by plain reads: the bytes lie in memory, a thread would cost more. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { TranscriptTap } from '../sessions/ports.ts';

export function openTap(file: string): TranscriptTap {
  let descriptor: number | null = null;
  const opened = (): number | null => {
    try {
      descriptor ??= openSync(file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return descriptor;
  };
  return {
    read(offset, buffer) {
      const from = opened();
      return from === null ? 0 : readSync(from, buffer, 0, buffer.length, offset);
    },
    size() {
      const from = opened();
      return from === null ? 0 : fstatSync(from).size;
    },
    [Symbol.dispose]() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}
