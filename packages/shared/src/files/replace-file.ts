/** Files that are written anew as a whole. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from './make-directory.ts';

/**
 * Whoever reads the file finds what was there before or all of the new; of two who write it the later counts.
 * Directories that are missing are made. Throws what failed, and leaves what was there.
 */
export function replaceFile(file: string, content: string | Uint8Array, mode = 0o600): void {
  makeDirectory(path.dirname(file));
  const next = `${file}.${process.pid}.new`;
  try {
    writeFileSync(next, content, { mode });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
