/** The cap of a transcript: its oldest bytes go back to the disk as a hole, so that offsets stay. */
import { execFile } from 'node:child_process';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf } from '@berth/shared/domain/berth-error';

const BLOCK = 4096;
/** A trim drops at least this part of the cap, so that it is rare. */
const STEP = 16;

/** The offset of the first byte that is still there. */
export async function firstByte(transcript: string): Promise<number> {
  try {
    return Number(await readFile(startFile(transcript), 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

export interface TrimOptions {
  readonly capBytes: number;
  /** Called once, where this file system cannot make holes. */
  readonly onProblem: (message: string) => void;
  /** Called with 1 right before a file's front is given up, and with -1 once that is over. */
  readonly onTrim: (change: 1 | -1) => void;
}

/** Trims one file at a time, each at most once at any moment; cheap where nothing is to be done. */
export function createTrimmer({
  capBytes,
  onProblem,
  onTrim,
}: TrimOptions): (transcript: string) => Promise<void> {
  const underWay = new Set<string>();
  let impossible = false;

  return async (transcript) => {
    if (impossible || underWay.has(transcript)) return;
    underWay.add(transcript);
    try {
      const size = await sizeOf(transcript);
      if (size <= capBytes) return;
      const start = await firstByte(transcript);
      const wanted = Math.floor((size - capBytes) / BLOCK) * BLOCK;
      if (wanted - start < Math.max(BLOCK, capBytes / STEP)) return;
      onTrim(1);
      try {
        await giveUp(transcript, { start, wanted });
      } catch (error) {
        impossible = true;
        onProblem(`cannot keep transcripts under their cap, they grow on: ${messageOf(error)}`);
      } finally {
        onTrim(-1);
      }
    } finally {
      underWay.delete(transcript);
    }
  };
}

/** Makes a hole of all before `wanted`. Where that is impossible the front stays as it was: `start`. */
async function giveUp(
  transcript: string,
  { start, wanted }: { start: number; wanted: number },
): Promise<void> {
  // Told before it is done: no reader may take the zeros of a hole for output.
  await writeStart(transcript, wanted);
  try {
    const range = ['--offset', '0', '--length', String(wanted)];
    await promisify(execFile)('fallocate', ['--punch-hole', ...range, '--', transcript]);
  } catch (error) {
    await writeStart(transcript, start);
    throw error;
  }
}

async function writeStart(transcript: string, start: number): Promise<void> {
  const temporary = `${startFile(transcript)}.new`;
  try {
    await writeFile(temporary, String(start), { mode: 0o600 });
    await rename(temporary, startFile(transcript));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function startFile(transcript: string): string {
  return `${transcript}.start`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
