/**
 * Transcripts as plain files. Invariants: byte n of the file is byte n of the transcript for ever
 * (what the cap drops becomes a hole); only the sink appends; the end marker is never delivered,
 * and nothing else is held back for good.
 */
import { watch } from 'node:fs';
import { type FileHandle, open, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { endMarker } from '../domain/end-marker.ts';
import type { SessionPaths, TranscriptChunk, TranscriptExtent, Transcripts } from '../sessions/ports.ts';
import { cutMarker } from './cut.ts';
import { renderTerminal } from './render.ts';
import { deliverable, TAIL_BYTES } from './tail.ts';
import { openTap } from './tap.ts';
import { createTrimmer, firstByte } from './trim.ts';

/** In case a change is not told: a network file system, or no inotify left. */
const LOOK_MS = 50;
const MIB = 1024 * 1024;
/** Large enough that a reader far away waits seldom; well below the 4 MiB that gRPC takes at most. */
const CHUNK_BYTES = MIB;
/** Most of a transcript that is replayed: for the last lines, and for all of them. */
const RENDER_BYTES = { some: 8 * MIB, all: 64 * MIB };

/** `capBytes`: kept of each transcript. `onProblem` is told once where a file system cannot trim. */
export function createTranscripts(options: {
  capBytes: number;
  onProblem: (message: string) => void;
}): Transcripts {
  /** Trims under way, and how often that changed. Only this agent trims. */
  const trims = { active: 0, changes: 0 };
  const onTrim = (change: 1 | -1) => {
    trims.active += change;
    trims.changes += 1;
  };
  const trim = createTrimmer({ ...options, onTrim });

  async function extent(paths: SessionPaths): Promise<TranscriptExtent> {
    const file = await openIfThere(paths.transcript);
    if (!file) return { start: 0, end: 0 };
    try {
      const end = await dataEnd(file, paths);
      return { start: Math.min(await firstByte(paths.transcript), end), end };
    } finally {
      await file.close();
    }
  }

  async function* read(
    paths: SessionPaths,
    request: { offset: number; signal: AbortSignal },
  ): AsyncGenerator<TranscriptChunk> {
    const file = await openIfThere(paths.transcript);
    if (!file) return;
    try {
      const end = await dataEnd(file, paths);
      let offset = Math.max(request.offset, await firstByte(paths.transcript));
      while (offset < end && !request.signal.aborted) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - offset));
        const before = trims.changes;
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) return;
        // The front may have been dropped under the read: then these bytes are a hole's zeros.
        const untouched = trims.active === 0 && trims.changes === before;
        const start = untouched ? offset : await firstByte(paths.transcript);
        if (start > offset) {
          offset = start;
          continue;
        }
        yield { offset, data: buffer.subarray(0, bytesRead) };
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  return {
    extent,
    read,

    async create(paths) {
      // Again after a reboot: what was printed stays, and a new end is to come.
      await rm(endedFile(paths), { force: true });
      await (await open(paths.transcript, 'a', 0o600)).close();
    },

    async finish(paths, { timeoutMs }) {
      // By an agent before this one, which died before it could stop the unit.
      if (await isThere(endedFile(paths))) return true;
      const marker = markerOf(paths);
      // No time to wait: the caller knows that nobody writes any more.
      const settled = timeoutMs === 0;
      let state = cutMarker(paths.transcript, { marker, settled });
      if (state === 'missing' && !settled) {
        state = await waitWhile('missing', { paths, timeoutMs }, () =>
          cutMarker(paths.transcript, { marker, settled }),
        );
      }
      if (state === 'cut' || settled) await writeFile(endedFile(paths), '', { mode: 0o600 });
      return state !== 'missing';
    },

    tap: (paths) => openTap(paths.transcript),

    trim: (paths) => trim(paths.transcript),

    async render(paths, { columns, rows, lines }) {
      const { start, end } = await extent(paths);
      const offset = Math.max(start, end - (lines > 0 ? RENDER_BYTES.some : RENDER_BYTES.all));
      const chunks = read(paths, { offset, signal: AbortSignal.timeout(60_000) });
      const text = await renderTerminal(chunks, { columns, rows, skipFirstLine: offset > 0 });
      return lines > 0 ? text.slice(-lines) : text;
    },
  };
}

/** Where the data of the file end: before the marker, or before what may become it. */
async function dataEnd(file: FileHandle, paths: SessionPaths): Promise<number> {
  const { size } = await file.stat();
  if (await isThere(endedFile(paths))) return size;
  const from = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.allocUnsafe(size - from);
  const { bytesRead } = await file.read(tail, 0, tail.length, from);
  return from + deliverable(tail.subarray(0, bytesRead), markerOf(paths));
}

/** Looks after each change in the session's directory until it sees something else, or time is up. */
async function waitWhile<T>(
  unwanted: T,
  { paths, timeoutMs }: { paths: SessionPaths; timeoutMs: number },
  look: () => T,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let wake = () => {};
  const watcher = watchQuietly(paths.directory, () => wake());
  try {
    while (true) {
      const left = deadline - performance.now();
      const seen = look();
      if (seen !== unwanted || left <= 0) return seen;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, LOOK_MS));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    watcher?.close();
  }
}

function watchQuietly(directory: string, onChange: () => void) {
  try {
    return watch(directory, onChange).on('error', () => {});
  } catch {
    // The looks at intervals are enough.
    return null;
  }
}

/** There once nothing at the end of the file can be a part of the marker any more. */
function endedFile(paths: SessionPaths): string {
  return `${paths.transcript}.ended`;
}

function markerOf(paths: SessionPaths): Buffer {
  return Buffer.from(endMarker(path.basename(paths.directory)), 'latin1');
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
