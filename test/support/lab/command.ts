/** Runs a short-lived program of the machine to its end, at once: set-up and tear-down of the lab. */
import { spawnSync } from 'node:child_process';

/** Its standard output; throws, with what it said, where it failed. */
export function command(argv: readonly string[], { env = process.env } = {}): string {
  const [program = '', ...args] = argv;
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    env,
  });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr || error?.message || `exit ${status}`}`);
  return stdout;
}

/** True where it ended well. For what may be gone already. */
export function succeeds(argv: readonly string[]): boolean {
  const [program = '', ...args] = argv;
  return spawnSync(program, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}
