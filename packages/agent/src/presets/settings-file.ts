/** A settings file of somebody else's: read, and replaced whole; links, owner and mode stay. */
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';

/** Null: it is not there. */
export function readSettings(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function writeSettings(file: string, text: string): void {
  const target = targetOf(file);
  makeDirectory(path.dirname(target));
  const mode = statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600;
  const temporary = `${target}.berth-${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flush: true });
    chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function removeSettings(file: string): void {
  rmSync(targetOf(file), { force: true });
}

/** Where the file, or the link in its place, leads. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return file;
    throw error;
  }
}
