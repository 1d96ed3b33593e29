/**
 * Transcripts as plain files: byte n of the file is byte n of the transcript. What the cap drops
 * from the front becomes a hole, so that no offset ever moves and the sink notices nothing.
 */
import { execFile } from 'node:child_process';
import { type FileHandle, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { endMarker, markerAtEnd } from '../sessions/end-marker.ts';
import type { SessionPaths, TranscriptChunk, TranscriptExtent, Transcripts } from '../sessions/ports.ts';
import { renderTerminal } from './render.ts';

const CHUNK = 256 * 1024;
const BLOCK = 4096;
const LOOK_MS = 10;
/** What follows the marker, if a background child still printed, is looked for this far back. */
const MARKER_REACH = 64 * 1024;
/** Most of a transcript that is replayed: for the last lines, and for all of them. */
const RENDER = { some: 8 * 1024 * 1024, all: 64 * 1024 * 1024 };

export function createTranscripts(options: {
  capBytes: number;
  onProblem: (message: string) => void;
}): Transcripts {
  const { capBytes, onProblem } = options;
  /** Trims under way, by file. */
  const trimming = new Map<string, Promise<void>>();
  let canPunch = true;

  const markerOf = (paths: SessionPaths) => Buffer.from(endMarker(path.basename(paths.directory)));
  const startFile = (paths: SessionPaths) => `${paths.transcript}.start`;

  async function startOf(paths: SessionPaths): Promise<number> {
    return Number((await readIfThere(startFile(paths))) ?? 0);
  }

  async function extent(paths: SessionPaths): Promise<TranscriptExtent> {
    const file = await openIfThere(paths.transcript, 'r');
    if (!file) return { start: 0, end: 0 };
    try {
      const { size } = await file.stat();
      const held = await markerBytes(file, { size, marker: markerOf(paths) });
      return { start: await startOf(paths), end: size - held };
    } finally {
      await file.close();
    }
  }

  async function* read(
    paths: SessionPaths,
    request: { offset: number; signal: AbortSignal },
  ): AsyncGenerator<TranscriptChunk> {
    const file = await openIfThere(paths.transcript, 'r');
    if (!file) return;
    try {
      const { size } = await file.stat();
      const end = size - (await markerBytes(file, { size, marker: markerOf(paths) }));
      let offset = Math.max(request.offset, await startOf(paths));
      while (offset < end && !request.signal.aborted) {
        const data = Buffer.allocUnsafe(Math.min(CHUNK, end - offset));
        const { bytesRead } = await file.read(data, 0, data.length, offset);
        if (bytesRead === 0) return;
        // The front may have been dropped under the read: then these bytes are a hole.
        const start = await startOf(paths);
        if (start > offset) {
          offset = start;
          continue;
        }
        yield { offset, data: data.subarray(0, bytesRead) };
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  async function cutMarker(paths: SessionPaths, anywhere: boolean): Promise<boolean> {
    const file = await openIfThere(paths.transcript, 'r+');
    if (!file) return false;
    try {
      const marker = markerOf(paths);
      const { size } = await file.stat();
      const from = Math.max(0, size - MARKER_REACH);
      const tail = Buffer.alloc(size - from);
      await file.read(tail, 0, tail.length, from);
      const found = tail.lastIndexOf(marker);
      if (found < 0) return false;
      const after = tail.subarray(found + marker.length);
      if (after.length > 0 && !anywhere) return true;
      if (after.length > 0) await file.write(after, 0, after.length, from + found);
      await file.truncate(from + found + after.length);
      return true;
    } finally {
      await file.close();
    }
  }

  async function punch(paths: SessionPaths): Promise<void> {
    const { size } = await stat(paths.transcript);
    const start = await startOf(paths);
    if (!canPunch || size - start <= capBytes + capBytes / 16) return;
    const next = Math.floor((size - capBytes) / BLOCK) * BLOCK;
    // Told first: a reader must never take the zeros of the hole for output.
    await writeFile(`${startFile(paths)}.new`, String(next), { mode: 0o600 });
    await rename(`${startFile(paths)}.new`, startFile(paths));
    try {
      const range = ['--offset', '0', '--length', String(next)];
      await promisify(execFile)('fallocate', ['--punch-hole', ...range, paths.transcript]);
    } catch (error) {
      canPunch = false;
      onProblem(`transcripts cannot be trimmed here, the disk keeps all of them: ${String(error)}`);
    }
  }

  return {
    extent,
    read,

    async create(paths) {
      await (await open(paths.transcript, 'a', 0o600)).close();
    },

    async finish(paths, { timeoutMs }) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        if (await cutMarker(paths, timeoutMs === 0)) return true;
        if (performance.now() >= deadline) return false;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },

    trim(paths) {
      const busy = trimming.get(paths.transcript);
      if (busy) return busy;
      const work = punch(paths).finally(() => trimming.delete(paths.transcript));
      trimming.set(paths.transcript, work);
      return work;
    },

    async render(paths, { columns, rows, lines }) {
      const { start, end } = await extent(paths);
      const offset = Math.max(start, end - (lines > 0 ? RENDER.some : RENDER.all));
      const chunks = read(paths, { offset, signal: AbortSignal.timeout(60_000) });
      return await renderTerminal(chunks, { columns, rows, skipFirstLine: offset > 0 });
    },
  };
}

/** How many bytes at the end are the end marker, or may become it. */
async function markerBytes(file: FileHandle, options: { size: number; marker: Buffer }): Promise<number> {
  const { size, marker } = options;
  const tail = Buffer.alloc(Math.min(size, marker.length));
  await file.read(tail, 0, tail.length, size - tail.length);
  return markerAtEnd(tail, marker);
}

async function openIfThere(file: string, flags: string): Promise<FileHandle | null> {
  try {
    return await open(file, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
