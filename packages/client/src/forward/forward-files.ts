/**
 * The forwards of this machine: a small file for each in the runtime directory, so that any process of
 * the user's can list and end them, and none has to be signalled. Invariants:
 * - a file is there while its port is held: written once it is, removed before it is given back;
 * - its name holds the owner's number, so what one process removes is never another's;
 * - whoever ends a forward renames its file, and its owner removes that: then it is over.
 * Owners look for their files in intervals: an inotify instance for each would use up those a user has.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { privateDirectory } from '../config/paths.ts';
import { birthOf, isAlive } from '../tunnel/process-lock.ts';

export interface Forward {
  readonly host: string;
  readonly sessionId: string;
  /** Name of the session; may be empty. */
  readonly name: string;
  readonly port: number;
  readonly localPort: number;
  /** Of the process that holds it. */
  readonly pid: number;
  /** Ms since the epoch. */
  readonly since: number;
}

/** All that a session listens on, as it comes and goes; each port has an entry of its own beside it. */
export type ForwardOfAll = Omit<Forward, 'port' | 'localPort'> & {
  readonly port: null;
  readonly localPort: null;
};

interface Kept {
  readonly forward: Forward | ForwardOfAll;
  /** Of its process, whose number may be another's by now; null where that cannot be told. */
  readonly birth: string | null;
}

const LOOK_MS = 200;
const ENDING = '.ending';
/** `LOCAL.PID.json`, `all.PID.json`. */
const NAME = /^(?:\d+|all)\.(\d+)\.json$/;

/** Writes it down; disposing removes it. `gone`: somebody ends it; called once, and it is disposed after. */
export function keepForward(
  runtimeDir: string,
  forward: Forward | ForwardOfAll,
  gone: () => void,
): Disposable {
  const file = fileOf(directoryIn(runtimeDir), forward);
  const kept = { ...forward, birth: birthOf(forward.pid) };
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  const looking = setInterval(() => {
    if (existsSync(file)) return;
    clearInterval(looking);
    gone();
  }, LOOK_MS);
  looking.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(looking);
      for (const name of [file, `${file}${ENDING}`]) rmSync(name, { force: true });
    },
  };
}

/** By local port. What a process left behind that was killed is removed. */
export function listForwards(runtimeDir: string): (Forward | ForwardOfAll)[] {
  const directory = directoryIn(runtimeDir);
  const found = readdirSync(directory).flatMap((name) => {
    const file = path.join(directory, name);
    const owner = NAME.exec(name.replace(/\.(?:ending|new)$/, ''))?.[1];
    const kept = read(file);
    if (owner !== undefined && !holds(Number(owner), kept)) rmSync(file, { force: true });
    else if (kept && NAME.test(name)) return [kept.forward];
    return [];
  });
  return found.sort((a, b) => (a.localPort ?? 0) - (b.localPort ?? 0));
}

/** Resolves once whoever holds it has given it back, with false where that does not come within `deadlineMs`. */
export async function endForward(
  runtimeDir: string,
  forward: Forward | ForwardOfAll,
  deadlineMs = 5000,
): Promise<boolean> {
  const file = fileOf(directoryIn(runtimeDir), forward);
  const ending = `${file}${ENDING}`;
  try {
    renameSync(file, ending);
  } catch {
    // It ends by itself, or somebody else ends it.
  }
  for (const deadline = performance.now() + deadlineMs; existsSync(ending); ) {
    if (!isAlive(forward.pid)) rmSync(ending, { force: true });
    else if (performance.now() > deadline) return false;
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function fileOf(directory: string, { localPort, pid }: Pick<Forward | ForwardOfAll, 'localPort' | 'pid'>) {
  return path.join(directory, `${localPort ?? 'all'}.${pid}.json`);
}

function directoryIn(runtimeDir: string): string {
  privateDirectory(runtimeDir);
  return privateDirectory(path.join(runtimeDir, 'forwards'));
}

/** False where it has ended, whoever has its number now. */
function holds(pid: number, kept: Kept | null): boolean {
  return isAlive(pid) && (!kept?.birth || kept.birth === birthOf(pid));
}

/** Null where it is gone, or not written yet. */
function read(file: string): Kept | null {
  try {
    const { birth = null, ...forward } = JSON.parse(readFileSync(file, 'utf8')) as Forward & Partial<Kept>;
    return { forward, birth };
  } catch {
    return null;
  }
}
