/**
 * Which host id answers to which name. The first answer pins it; another host behind the same
 * name or tunnel is refused from then on.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';

export interface Pins {
  get(name: string): string | undefined;
  /** Keeps the id unless another client pinned one meanwhile. Returns the one that holds. */
  pin(name: string, hostId: string): string;
  /** False where there was none. */
  forget(name: string): boolean;
}

/** A lock this old was left behind by a client that was killed. */
const STALE_MS = 2000;

export function createPins(stateDir: string): Pins {
  const file = path.join(stateDir, 'pins.json');
  let known: Record<string, string> | null = null;

  function read(): Record<string, string> {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    } catch (error) {
      // A broken file must not open the door: only an absent one means "nothing pinned yet".
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new BerthError('CONFIG_INVALID', `cannot read which hosts are known: ${file} is damaged`, {
        cause: error,
        hint: `if you trust the way to your hosts, remove ${file}: each is pinned anew when it answers`,
      });
    }
  }

  function write(pins: Record<string, string>): void {
    const temporary = `${file}.${randomBytes(4).toString('hex')}`;
    try {
      writeFileSync(temporary, `${JSON.stringify(pins, null, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    known = pins;
  }

  /** Runs `act` while no other client changes the file; it takes about a millisecond. */
  function alone<T>(act: () => T): T {
    const lock = `${file}.lock`;
    makeDirectory(stateDir);
    while (!created(lock)) {
      if (ageMs(lock) > STALE_MS) rmSync(lock, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
    try {
      return act();
    } finally {
      rmSync(lock, { force: true });
    }
  }

  return {
    get(name) {
      known ??= read();
      return known[name];
    },
    pin(name, hostId) {
      // Read again before the write: two clients that pin two hosts keep both.
      return alone(() => {
        const now = read();
        const held = now[name];
        if (held === undefined) write({ ...now, [name]: hostId });
        return held ?? hostId;
      });
    },
    forget(name) {
      return alone(() => {
        const { [name]: gone, ...rest } = read();
        if (gone === undefined) return false;
        write(rest);
        return true;
      });
    },
  };
}

function created(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    // Given back meanwhile.
    return 0;
  }
}
