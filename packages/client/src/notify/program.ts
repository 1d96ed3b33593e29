/** Runs a small program for its effect: argv only, no shell, with a deadline. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export interface Ran {
  /** Null where it could not be started, or had to be ended. */
  readonly code: number | null;
  readonly stdout: string;
  /** Why it could not be started, or what it printed as an error. */
  readonly stderr: string;
}

/** Bytes of output that are kept. */
const KEPT = 4096;

export function runProgram(
  argv: readonly [string, ...string[]],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<Ran> {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    const timer = setTimeout(() => {
      out.stderr = `it took longer than ${options.timeoutMs} ms`;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        if (out[stream].length < KEPT) out[stream] += chunk.toString('utf8');
      });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: null, stdout: '', stderr: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...out });
    });
  });
}

/** The whole path of a program on the PATH; null if it is not there. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const directory of (env.PATH ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(directory)) continue;
    const file = path.join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here.
    }
  }
  return null;
}
