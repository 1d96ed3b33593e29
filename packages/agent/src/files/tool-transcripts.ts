/** Transcripts that tools keep of their conversations, below the user's home. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ToolTranscripts } from '../sessions/ports.ts';

const MOST_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export function createToolTranscripts(home: string): ToolTranscripts {
  return {
    async lines(file, from) {
      const [real, root] = await Promise.all([realpath(file), realpath(home)]).catch(nowhere);
      // Its name comes out of a file that anything in the session may have written.
      if (!real || !root || !real.startsWith(root + path.sep)) return null;
      // A pipe in its place would be waited for.
      await using handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = await handle.stat();
      if (!found.isFile()) return null;
      const length = Math.min(MOST_BYTES, found.size - from);
      if (length <= 0) return { lines: [], end: from };
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
      const data = buffer.subarray(0, bytesRead);
      const whole = data.lastIndexOf(NEWLINE) + 1;
      // A line longer than that is passed over in pieces, none of which is a line.
      const end = whole === 0 && bytesRead === MOST_BYTES ? bytesRead : whole;
      return { lines: data.subarray(0, whole).toString('utf8').split('\n'), end: from + end };
    },
  };
}

/** Not written yet, or gone. */
function nowhere(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return [];
  throw error;
}
