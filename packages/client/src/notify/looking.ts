/**
 * Who looks at which session from this machine: each `berth attach` keeps a small file in the
 * runtime directory, `looking/PID.json`. A person provably looks if the terminal was typed into or
 * came to the front within the last 30 s and has not gone to the back since; that a terminal is
 * attached proves nothing.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SignOfPerson } from '@berth/shared/domain/person-sign';
import { privateDirectory } from '../config/paths.ts';
import { isAlive } from '../tunnel/process-lock.ts';

/** After the last sign of a person, ms until they may have left. */
const PRESENT_MS = 30_000;
/** While somebody types the file is written this often, in ms. */
const WRITE_MS = 2000;

interface Look {
  readonly host: string;
  readonly session_id: string;
  /** Ms since the epoch. */
  readonly seen_at: number;
  readonly in_front: boolean;
}

/** The write side, of one attach; disposing removes the file. A file that cannot be written costs a notification. */
export function openLooking(
  runtimeDir: string,
  { host, sessionId, now = Date.now }: { host: string; sessionId: string; now?: () => number },
): Disposable & { sign(sign: SignOfPerson): void } {
  const directory = path.join(runtimeDir, 'looking');
  const file = path.join(directory, `${process.pid}.json`);
  let inFront = true;
  let written = 0;
  const write = (at: number) => {
    const look: Look = { host, session_id: sessionId, seen_at: at, in_front: inFront };
    try {
      privateDirectory(runtimeDir);
      privateDirectory(directory);
      writeFileSync(`${file}.new`, JSON.stringify(look), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      written = at;
    } catch {
      // Then nobody is known to look, and more is told than need be.
    }
  };
  return {
    sign(sign) {
      const at = now();
      const before = inFront;
      // Who types sees what they type into, whatever the terminal reported before.
      inFront = sign !== 'left';
      if (inFront !== before || at - written >= WRITE_MS) write(at);
    },
    [Symbol.dispose]: () => rmSync(file, { force: true }),
  };
}

/** Of all terminals of this machine: whether a person provably looks at the session at `now`. */
export function isLooking(
  runtimeDir: string,
  { host, sessionId }: { host: string; sessionId: string },
  now: number,
): boolean {
  return looks(path.join(runtimeDir, 'looking')).some(
    (look) =>
      look.host === host &&
      look.session_id === sessionId &&
      look.in_front === true &&
      Math.abs(now - look.seen_at) < PRESENT_MS,
  );
}

function looks(directory: string): Look[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0);
    if (pid === 0) return [];
    const file = path.join(directory, name);
    if (!isAlive(pid)) {
      rmSync(file, { force: true });
      return [];
    }
    try {
      return [JSON.parse(readFileSync(file, 'utf8')) as Look];
    } catch {
      return [];
    }
  });
}
