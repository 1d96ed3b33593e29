/** A forward that outlives the command: the same command again as a process of its own, which reports when it stands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isSea } from 'node:sea';
import type { Forward } from './forward-files.ts';

/** Set for the process that is to stay. */
const STAYS = 'BERTH_FORWARD_STAYS';

type Report = { readonly opened: Forward } | 'standing';

/** What the process that stays tells the one that waits; null in any other. */
export function reporter(
  env: NodeJS.ProcessEnv,
): { opened(forward: Forward): void; standing(): void } | null {
  if (env[STAYS] === undefined || process.send === undefined) return null;
  const tell = (report: Report) => {
    // Whoever waited may be gone.
    if (process.connected) process.send?.(report);
  };
  return {
    opened: (forward) => tell({ opened: forward }),
    standing() {
      tell('standing');
      if (process.connected) process.disconnect();
    },
  };
}

/** Resolves once all stands, or with what the process said that ended before. */
export async function stayInBackground(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ forwards: readonly Forward[] } | { code: number; said: string }> {
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
  const forwards: Forward[] = [];
  const standing = new Promise<'standing'>((resolve) => {
    child.on('message', (report: Report) => {
      if (report === 'standing') resolve(report);
      else forwards.push(report.opened);
    });
  });
  const ended = once(child, 'close').then(([code]) => (code as number | null) ?? 1);
  const first = await Promise.race([standing, ended]);
  signal.removeEventListener('abort', stop);
  if (first !== 'standing') return { code: first, said };
  child.stderr?.destroy();
  child.unref();
  return { forwards };
}
