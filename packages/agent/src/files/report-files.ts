/** Files in which tools of others report on tmux sessions: `~/.claude-sessions/NAME.json`. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReportFile, ReportFiles } from '../sessions/external-port.ts';

const MOST_FILES = 1000;
const MOST_BYTES = 256 * 1024;
const ENDING = '.json';

export function createReportFiles(directory: string): ReportFiles {
  return {
    directory,

    async list() {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw error;
      });
      const reports = names.filter((name) => name.endsWith(ENDING) && !name.startsWith('.')).sort();
      const found = await Promise.all(reports.slice(0, MOST_FILES).map((name) => describe(directory, name)));
      return found.filter((file) => file !== null);
    },

    async read(name) {
      // A pipe in its place would be waited for.
      await using handle = await open(
        path.join(directory, name + ENDING),
        constants.O_RDONLY | constants.O_NONBLOCK,
      );
      const found = await handle.stat();
      if (!found.isFile()) throw new Error('it is no file');
      if (found.size > MOST_BYTES) throw new Error(`it is longer than ${MOST_BYTES} bytes`);
      return (await handle.readFile()).toString('utf8');
    },
  };
}

async function describe(directory: string, file: string): Promise<ReportFile | null> {
  const found = await stat(path.join(directory, file)).catch(() => null);
  if (!found) return null;
  const version = `${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`;
  return { name: file.slice(0, -ENDING.length), modifiedAt: Math.floor(found.mtimeMs), version };
}
