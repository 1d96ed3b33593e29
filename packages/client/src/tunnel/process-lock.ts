/** A lock between processes: a file that is linked into place whole, with the holder's number in it. */
import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';

const LOOK_MS = 20;

/** Waits until the lock is ours. Rejects when the signal aborts. */
export async function takeLock(file: string, signal: AbortSignal): Promise<Disposable> {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid), { mode: 0o600 });
  try {
    while (!tryLink(own, file)) {
      removeStale(file);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      signal.throwIfAborted();
    }
  } finally {
    rmSync(own, { force: true });
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A holder that was killed left its file behind. */
function removeStale(file: string): void {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0 && isAlive(pid)) return;
    // Only if it is still the same file: the next holder may have come meanwhile.
    if (Number(readFileSync(file, 'utf8')) === pid) unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
