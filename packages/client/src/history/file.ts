/**
 * The history of starts on disk: `history.jsonl` in the state directory. What holds, however many clients
 * write at once: each line goes there whole, by one write; trimming puts a new file into the place of the
 * old one and loses no line that is written meanwhile. Whoever wrote looks whether the file is still the
 * one of that name, and else writes again: a line may be there twice, and counts once.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { takeLock } from '../tunnel/process-lock.ts';
import { trimmedHistory } from './entry.ts';

/** Below, nothing is to be trimmed. */
const SMALL_BYTES = 128 * 2 ** 10;
/** Another client that trims is done sooner; if not, the next start trims. */
const LOCK_MS = 2000;
/** Trimmings that one may run into. */
const TRIES = 5;

export function historyFile(stateDir: string): string {
  return path.join(stateDir, 'history.jsonl');
}

/** Empty where there is none. Throws what reading failed with. */
export function readHistory(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** `line` with its newline. Throws what writing failed with; true where the file may be too large. */
export function appendLine(file: string, line: string): boolean {
  makeDirectory(path.dirname(file));
  let bytes = 0;
  for (let i = 0; i < TRIES; i++) {
    const fd = openSync(file, 'a+', 0o600);
    try {
      const { ino, size } = fstatSync(fd);
      // What stands before may be torn: it spoils no line but its own.
      const data = Buffer.from(endsLine(fd, size) ? line : `\n${line}`);
      const written = writeSync(fd, data);
      if (written < data.length) throw new Error('the disk is full');
      bytes = size + written;
      if (inodeOf(file) === ino) break;
    } finally {
      closeSync(fd);
    }
  }
  return bytes > SMALL_BYTES;
}

/** Takes the oldest away where there are too many. */
export async function trimHistory(file: string): Promise<void> {
  if (trimmedHistory(readHistory(file)) === null) return;
  using _lock = await takeLock(`${file}.lock`, AbortSignal.timeout(LOCK_MS));
  const fd = openSync(file, 'r');
  try {
    const text = readFileSync(fd);
    // A line that is just being written is taken with those that come later.
    const whole = text.lastIndexOf(0x0a) + 1;
    const kept = trimmedHistory(text.toString('utf8', 0, whole));
    if (kept === null) return;
    writeFileSync(`${file}.new`, kept, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    // Whoever writes from now on sees that this file is no more.
    const late = Buffer.concat([text.subarray(whole), readFileSync(fd)]);
    if (late.length > 0) appendFileSync(file, late, { mode: 0o600 });
  } finally {
    closeSync(fd);
  }
}

export async function clearHistory(file: string): Promise<void> {
  makeDirectory(path.dirname(file));
  using _lock = await takeLock(`${file}.lock`, AbortSignal.timeout(LOCK_MS));
  rmSync(file, { force: true });
}

function endsLine(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}
