/** Wake-ups by inotify, one instance for the whole agent; where watches run out, by polling. */
import { type FSWatcher, readdirSync, statSync, watch as watchDirectory } from 'node:fs';
import path from 'node:path';
import type { Watcher } from '../sessions/ports.ts';

const POLL_MS = 1000;

export function createWatcher(options: { onProblem: (message: string) => void }): Watcher {
  let degraded = false;
  const counts = { directories: 0, polledDirectories: 0 };
  const counted = (what: keyof typeof counts, close: () => void): Disposable => {
    counts[what] += 1;
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (open) counts[what] -= 1;
        open = false;
        close();
      },
    };
  };

  function degrade(): void {
    if (!degraded) options.onProblem(`out of inotify watches: looking every ${POLL_MS} ms instead`);
    degraded = true;
  }

  function poll(directory: string, onChange: (fileName: string | null) => void): Disposable {
    let last = stampOf(directory);
    const timer = setInterval(() => {
      const now = stampOf(directory);
      if (now !== last) onChange(null);
      last = now;
    }, POLL_MS);
    timer.unref();
    return counted('polledDirectories', () => clearInterval(timer));
  }

  return {
    get degraded() {
      return degraded;
    },
    watching: () => ({ ...counts, overflows: 0 }),
    watch(directory, onChange) {
      let watcher: FSWatcher;
      try {
        watcher = watchDirectory(directory, { persistent: false }, (_kind, name) => onChange(name));
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'ENOSPC' || code === 'EMFILE') degrade();
        // A directory that is not there (any more) is looked for in the same way.
        return poll(directory, onChange);
      }
      // A directory that vanishes ends its watch; whoever asked finds out by looking.
      watcher.on('error', () => onChange(null));
      return counted('directories', () => watcher.close());
    },
  };
}

/** Changes when a file of the directory appears, goes, grows or is written. */
function stampOf(directory: string): string {
  try {
    const names = readdirSync(directory);
    return names
      .map((name) => {
        const found = statSync(path.join(directory, name), { throwIfNoEntry: false });
        return `${name}:${found?.size}:${found?.mtimeMs}`;
      })
      .join('|');
  } catch {
    return 'gone';
  }
}
