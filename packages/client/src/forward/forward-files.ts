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
import { isAlive } from '../tunnel/process-lock.ts';

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
  writeFileSync(`${file}.new`, JSON.stringify(forward), { mode: 0o600 });
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
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(file, { force: true });
    return NAME.test(name) ? (read(file) ?? []) : [];
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

/** Null where it is gone. */
function read(file: string): Forward | ForwardOfAll | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Forward | ForwardOfAll;
  } catch {
    return null;
  }
}
