/** The status directories of sessions, where hooks drop JSON. */
import { constants } from 'node:fs';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StatusFile, StatusFiles } from '../sessions/ports.ts';

export function createStatusFiles(): StatusFiles {
  return {
    async list({ statusDir }) {
      const names = await readdir(statusDir).catch(absent);
      const found = await Promise.all(
        // Names that begin with a dot are being written.
        names
          .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
          .map(async (name): Promise<StatusFile | null> => {
            const file = await lstat(path.join(statusDir, name)).catch(() => null);
            return file?.isFile() ? { name, bytes: file.size, modifiedAt: file.mtimeMs } : null;
          }),
      );
      return found.filter((file) => file !== null);
    },
    async text({ statusDir }, name) {
      // A pipe in its place would be waited for, a link leads elsewhere.
      const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
      await using file = await open(path.join(statusDir, name), flags).catch(replaced);
      return file && (await file.stat()).isFile() ? await file.readFile('utf8') : null;
    },
    remove: ({ statusDir }, name) => rm(path.join(statusDir, name), { force: true }),
  };
}

/** Between the look and the reading it was taken away, or replaced by something that cannot be opened so. */
function replaced(error: NodeJS.ErrnoException): null {
  if (['ENOENT', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) return null;
  throw error;
}

/** A directory that somebody removed holds nothing. */
function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
