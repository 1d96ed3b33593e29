/** A forward that outlives the command: the same command again as a process of its own, which reports when it stands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isSea } from 'node:sea';
import type { Forward } from './forward-files.ts';
import type { Moved } from './loopback.ts';

/** Set for the process that is to stay. */
const STAYS = 'BERTH_FORWARD_STAYS';

interface Opened {
  readonly forward: Forward;
  readonly moved: Moved | null;
}

type Report = { readonly opened: Opened } | 'standing';

export interface Reporter {
  readonly stands: boolean;
  opened(forward: Forward, moved: Moved | null): void;
  /** Nobody is told anything after this. */
  standing(): void;
}

/** What the process that stays tells the one that waits; null in any other. */
export function reporter(env: NodeJS.ProcessEnv): Reporter | null {
  if (env[STAYS] === undefined || process.send === undefined) return null;
  const tell = (report: Report) => {
    // Whoever waited may be gone.
    if (process.connected) process.send?.(report);
  };
  let stands = false;
  return {
    get stands() {
      return stands;
    },
    opened: (forward, moved) => tell({ opened: { forward, moved } }),
    standing() {
      stands = true;
      tell('standing');
      if (process.connected) process.disconnect();
    },
  };
}

/** `said`: on standard error. `code` is null where all stands, else that of the process that ended before. */
interface Background {
  readonly opened: readonly Opened[];
  readonly said: string;
  readonly code: number | null;
}

/** Resolves once all stands, or the process that was to stay has ended. */
export async function stayInBackground(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Background> {
  const [program = '', ...rest] = isSea()
    ? [process.execPath]
    : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const child = spawn(program, [...rest, ...process.argv.slice(2)], {
    env: { ...env, [STAYS]: '1' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const opened: Opened[] = [];
  const standing = new Promise<null>((resolve) => {
    child.on('message', (report: Report) => {
      if (report === 'standing') resolve(null);
      else opened.push(report.opened);
    });
  });
  const ended = once(child, 'close').then(([code]) => (code as number | null) ?? 1);
  const code = await Promise.race([standing, ended]);
  signal.removeEventListener('abort', stop);
  child.stderr?.destroy();
  child.unref();
  return { opened, said, code };
}
