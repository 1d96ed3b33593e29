/**
 * Which host id answers to which name. The first answer pins it; another host behind the same
 * name or tunnel is refused from then on.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Pins {
  get(name: string): string | undefined;
  /** Keeps the id unless another client pinned one meanwhile. Returns the one that holds. */
  pin(name: string, hostId: string): string;
  /** False where there was none. */
  forget(name: string): boolean;
}

export function createPins(stateDir: string): Pins {
  const file = path.join(stateDir, 'pins.json');
  let known: Record<string, string> | null = null;

  function read(): Record<string, string> {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    } catch (error) {
      // A broken file must not open the door: only an absent one means "nothing pinned yet".
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  function write(pins: Record<string, string>): void {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomBytes(4).toString('hex')}`;
    try {
      writeFileSync(temporary, `${JSON.stringify(pins, null, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    known = pins;
  }

  return {
    get(name) {
      known ??= read();
      return known[name];
    },
    pin(name, hostId) {
      // Read again right before the write: two clients that pin two hosts keep both.
      const now = read();
      const held = now[name];
      if (held !== undefined) return held;
      write({ ...now, [name]: hostId });
      return hostId;
    },
    forget(name) {
      const { [name]: gone, ...rest } = read();
      if (gone === undefined) return false;
      write(rest);
      return true;
    },
  };
}
