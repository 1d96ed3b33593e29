/**
 * The forwards of this machine: a small file for each in the runtime directory, `forwards/LOCAL.json`.
 * Whoever holds a forward watches its file: it ends when the file is gone. So any process of the
 * user's can list and end them, and none has to be signalled.
 */
import { type FSWatcher, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
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

/** Writes it down; disposing removes it. `gone`: somebody removed it, called once. */
export function keepForward(runtimeDir: string, forward: Forward, gone: () => void): Disposable {
  const directory = directoryIn(runtimeDir);
  const file = path.join(directory, `${forward.localPort}.json`);
  writeFileSync(`${file}.${forward.pid}`, JSON.stringify(forward), { mode: 0o600 });
  renameSync(`${file}.${forward.pid}`, file);
  let watcher: FSWatcher | null = watch(directory, () => {
    if (watcher === null || read(file)?.pid === forward.pid) return;
    stop();
    gone();
  });
  const stop = () => {
    watcher?.close();
    watcher = null;
  };
  return {
    [Symbol.dispose]() {
      stop();
      if (read(file)?.pid === forward.pid) rmSync(file, { force: true });
    },
  };
}

/** By local port. What a process left behind that was killed is removed. */
export function listForwards(runtimeDir: string): Forward[] {
  const directory = directoryIn(runtimeDir);
  const files = readdirSync(directory).filter((name) => /^\d+\.json$/.test(name));
  const found = files.flatMap((name) => {
    const file = path.join(directory, name);
    const forward = read(file);
    if (forward && isAlive(forward.pid)) return [forward];
    rmSync(file, { force: true });
    return [];
  });
  return found.sort((a, b) => a.localPort - b.localPort);
}

/** Whoever holds it ends it now. */
export function endForward(runtimeDir: string, { localPort }: Pick<Forward, 'localPort'>): void {
  rmSync(path.join(directoryIn(runtimeDir), `${localPort}.json`), { force: true });
}

function directoryIn(runtimeDir: string): string {
  privateDirectory(runtimeDir);
  return privateDirectory(path.join(runtimeDir, 'forwards'));
}

/** Null where there is none that can be read. */
function read(file: string): Forward | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Forward;
  } catch {
    return null;
  }
}
