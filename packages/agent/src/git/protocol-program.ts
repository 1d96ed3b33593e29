/** git's end of a push or a fetch, as a process with everything that it starts in a group of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { ProtocolProgram } from '../sessions/workspace-port.ts';
import { lastWords, NOT_THERE } from './call.ts';
import { asArguments, type Setting } from './safety.ts';

/** For each: to clean up after its caller went, after it was asked to end. Then it is made to. */
const GRACE_MS = 1500;
const MOST_WORDS = 16 * 1024;

export function startProtocolProgram(options: {
  readonly args: readonly string[];
  readonly settings: readonly Setting[];
  readonly env: NodeJS.ProcessEnv;
  readonly program?: string;
  /** Becomes the program's alone. Null: it gets pipes. */
  readonly connection: Socket | null;
}): ProtocolProgram {
  const { program = 'git', settings, args, env, connection } = options;
  const ends = connection ?? 'pipe';
  if (connection?.destroyed)
    throw new BerthError('GIT_FAILED', 'the connection for git ended before it began');
  const child = spawn(program, [...asArguments(settings), ...args], {
    cwd: '/',
    env,
    detached: true,
    stdio: [ends, ends, 'pipe'],
  });
  // In the same turn, before this process could read anything of it.
  connection?.destroy();
  let words = '';
  child.stderr?.setEncoding('latin1').on('data', (text: string) => {
    words = (words + text).slice(-MOST_WORDS);
  });
  // It may end before it has read everything: how it ended says why.
  child.stdin?.on('error', () => {});
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? NOT_THERE : error.message),
    );
    child.once('close', (code, signal) => {
      resolve(code === 0 ? null : lastWords(words) || `it ended with ${signal ?? code}`);
    });
  });
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    streams: child.stdin && child.stdout && { input: child.stdin, output: child.stdout },
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = once(child, 'exit');
      // As when a connection breaks; one of its own is not ours to close.
      child.stdin?.destroy();
      child.stdout?.destroy();
      if (connection) signalAll('SIGTERM');
      const late = [
        setTimeout(() => signalAll('SIGTERM'), GRACE_MS),
        setTimeout(() => signalAll('SIGKILL'), 2 * GRACE_MS),
      ];
      await gone;
      for (const timer of late) clearTimeout(timer);
    },
  };
}
