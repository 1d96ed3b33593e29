/** The status directories of sessions, where hooks drop JSON. */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
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
    text: ({ statusDir }, name) => readFile(path.join(statusDir, name), 'utf8'),
    remove: ({ statusDir }, name) => rm(path.join(statusDir, name), { force: true }),
  };
}

/** A directory that somebody removed holds nothing. */
function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
