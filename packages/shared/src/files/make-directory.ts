/** Directories, made with the ones above them. */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '../domain/berth-error.ts';

/**
 * `mode`: of those that it makes. Throws PERMISSION_DENIED, or what else making one failed with. Node's own
 * `recursive` goes round for ever where a directory is there and nothing can be made in it, as in /proc: a
 * HOME or an XDG directory of somebody's may lie there.
 */
export function makeDirectory(directory: string, mode = 0o700): void {
  try {
    make(directory, mode);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!REFUSALS.includes(code)) throw error;
    throw new BerthError('PERMISSION_DENIED', `cannot make the directory ${directory}: ${code}`, {
      cause: error,
      hint: 'HOME and the XDG variables name where files are kept: have them lead to directories of yours',
    });
  }
}

const REFUSALS: readonly string[] = ['EACCES', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'];

function make(directory: string, mode: number): void {
  if (made(directory, mode)) return;
  make(path.dirname(directory), mode);
  if (!made(directory, mode)) mkdirSync(directory, { mode });
}

/** False where the one above it is missing. */
function made(directory: string, mode: number): boolean {
  try {
    mkdirSync(directory, { mode });
    return true;
  } catch (error) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return true;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && path.dirname(directory) !== directory) return false;
    throw error;
  }
}
