/** A lock between processes: a file that is linked into place whole, with the holder's number in it. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const LOOK_MS = 20;

/** Waits until the lock is ours. Rejects when the signal aborts. */
export async function takeLock(file: string, signal: AbortSignal): Promise<Disposable> {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid), { mode: 0o600 });
  try {
    while (!tryLink(own, file)) {
      removeStale(own, file);
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
function removeStale(own: string, file: string): void {
  try {
    if (isHeld(file)) return;
    // Taken aside first: had the next holder come meanwhile, it would be its lock, and goes back.
    const aside = `${own}.stale`;
    renameSync(file, aside);
    if (isHeld(aside)) tryLink(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isHeld(file: string): boolean {
  const pid = Number(readFileSync(file, 'utf8'));
  return pid > 0 && isAlive(pid);
}

/** A zombie is dead: in a container nobody may ever collect it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** False where there is no /proc to tell. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

/** Tells a process from all that had its number before or will after; null where there is no /proc to tell. */
export function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The 22nd word, in ticks since the machine was booted; the second, in brackets, may hold anything.
    const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${began}`;
  } catch {
    return null;
  }
}
