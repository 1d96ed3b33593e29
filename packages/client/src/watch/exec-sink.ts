/**
 * A command for each event. The event travels on standard input alone: nothing of its text gets into
 * an argument or a variable. One at a time; the next event waits for it.
 */
import { spawn } from 'node:child_process';
import { oneLine } from '@berth/shared/domain/text';
import type { EventSink } from './sink.ts';

export interface ExecOptions {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** A line about a command that failed, without its newline. */
  readonly failed: (text: string) => void;
  /** Ends a command that still runs. */
  readonly signal: AbortSignal;
}

export function execSink(options: ExecOptions): EventSink {
  return async ({ host, event, json }) => {
    const outcome = await run(options, `${json}\n`);
    if (outcome !== null && !options.signal.aborted)
      options.failed(`--exec failed for event ${event.number} of ${oneLine(host.name)}: ${outcome}`);
  };
}

/** Null where it went well, else what went wrong. */
function run({ command, env, signal }: ExecOptions, input: string): Promise<string | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended.
    const child = spawn('sh', ['-c', command], {
      env,
      stdio: ['pipe', 'inherit', 'inherit'],
      detached: true,
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It ended meanwhile.
      }
    };
    signal.addEventListener('abort', end, { once: true });
    const done = (outcome: string | null) => {
      signal.removeEventListener('abort', end);
      resolve(outcome);
    };
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, by) => done(code === 0 ? null : by ? `ended by ${by}` : `exit ${code}`));
    // A command may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
