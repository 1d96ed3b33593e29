/** Pseudo-terminals for commands that another process starts: opened here, taken by their path. */
import { closeSync, write as writeFd } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { OpenPty } from '../sessions/exec-port.ts';

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
  resize(descriptor: number, columns: number, rows: number): void;
}

/** While the terminal takes nothing it is tried again this often, in ms. */
const FULL_MS = 5;

export async function openPtys(): Promise<(size: { columns: number; rows: number }) => OpenPty> {
  const { native } = (await import('node-pty')) as unknown as { native: NativePty };
  return ({ columns, rows }) => openPty(native, columns, rows);
}

function openPty(native: NativePty, columns: number, rows: number): OpenPty {
  const { master, slave, pty: tty } = native.open(columns, rows);
  const stream = new ReadStream(master);
  const closed = Promise.withResolvers<void>();
  let open = true;
  /** Held until the command has it: nobody on the other side is an end. */
  let held = true;
  const handedOver = () => {
    if (held) closeSync(slave);
    held = false;
  };
  // EIO is how a terminal ends.
  stream.on('error', () => {});
  stream.on('close', () => {
    open = false;
    closed.resolve();
  });
  stream.pause();
  return {
    tty,
    handedOver,
    onData: (listener) => void stream.on('data', listener),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    async write(data) {
      for (let rest = data; open && rest.length > 0; ) rest = rest.subarray(await writeSome(master, rest));
    },
    resize: (width, height) => {
      if (open) native.resize(master, width, height);
    },
    closed: closed.promise,
    [Symbol.dispose]: () => {
      handedOver();
      stream.destroy();
    },
  };
}

/** Bytes that were taken; where it is full, none, after a while. */
function writeSome(descriptor: number, data: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    writeFd(descriptor, data, (error, taken) => {
      if (!error) resolve(taken);
      else if (error.code === 'EAGAIN') setTimeout(() => resolve(0), FULL_MS);
      // It is over: whoever waits for the command is told.
      else resolve(data.length);
    });
  });
}
