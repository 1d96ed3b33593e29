/**
 * Pipes with names between the agent and a command that others start. Node reads and writes them
 * like any pipe, without a thread each. Of each the agent opens both ends: none of its opens waits,
 * nor the other side's, and an end is no end before the other side has come and gone.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
const CHUNK = 64 * 1024;
/** Of what is left behind by a command that has ended; others may go on writing. */
const MOST_LEFT = 1024 * 1024;

export async function makePipes(directory: string, names: readonly string[]): Promise<void> {
  await promisify(execFile)('mkfifo', ['-m', '600', ...names.map((name) => path.join(directory, name))]);
}

/** The end of a pipe that the agent keeps. */
interface Kept extends Disposable {
  /** The other side has opened its end. */
  taken(): void;
}

export interface ReadEnd extends Kept {
  onData(listener: (data: Buffer) => void): void;
  /** Called once no writer is left. */
  onEnd(listener: () => void): void;
  pause(): void;
  resume(): void;
  /** Tells all that was written until now, and then nothing more. */
  finish(): void;
}

export function readEnd(file: string): ReadEnd {
  const own = openSync(file, O_RDONLY | O_NONBLOCK);
  const others = heldUntilTaken(openSync(file, O_WRONLY | O_NONBLOCK));
  const socket = new Socket({ fd: own, readable: true, writable: false });
  let listener = (_data: Buffer) => {};
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => listener(data));
  socket.pause();
  return {
    taken: others.taken,
    onData: (given) => {
      listener = given;
    },
    onEnd: (ended) => void socket.on('close', ended),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    finish() {
      // With its stream the descriptor is closed, and another's perhaps.
      if (socket.destroyed) return;
      socket.pause();
      // What was read before is told as it is taken.
      while (socket.read() !== null);
      for (let left = MOST_LEFT; left > 0; ) {
        const data = readNow(own);
        if (!data) break;
        left -= data.length;
        listener(data);
      }
      listener = () => {};
      socket.destroy();
    },
    [Symbol.dispose]: () => {
      others.taken();
      socket.destroy();
    },
  };
}

export interface WriteEnd extends Kept {
  /** Resolves once it takes more; also where nobody reads any more. */
  write(data: Uint8Array): Promise<void>;
  end(): void;
}

export function writeEnd(file: string): WriteEnd {
  const others = heldUntilTaken(openSync(file, O_RDONLY | O_NONBLOCK));
  const own = openSync(file, O_WRONLY | O_NONBLOCK);
  const socket = new Socket({ fd: own, readable: false, writable: true });
  // Whoever does not read its input ends as it likes.
  socket.on('error', () => {});
  return {
    taken: others.taken,
    write: (data) =>
      new Promise((resolve) => {
        if (!socket.writable || socket.write(data)) {
          resolve();
          return;
        }
        const done = () => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      }),
    end: () => void socket.end(),
    [Symbol.dispose]: () => {
      others.taken();
      socket.destroy();
    },
  };
}

function heldUntilTaken(descriptor: number) {
  let held = true;
  return {
    taken: () => {
      if (held) closeSync(descriptor);
      held = false;
    },
  };
}

/** What lies in the pipe; null where there is nothing now, or ever. */
function readNow(descriptor: number): Buffer | null {
  const buffer = Buffer.allocUnsafe(CHUNK);
  try {
    const length = readSync(descriptor, buffer);
    return length > 0 ? buffer.subarray(0, length) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
