/**
 * Around a whole test run: gives the run an id that every process it starts inherits, and at the
 * end fails if one of them still lives or a sandbox still stands.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findMarked, RUN_VARIABLE, sandboxPrefix } from './marker.ts';
import { until } from './until.ts';

/** What carries the id without having been started by a test: the test runner itself. */
const RUNNER = /vitest|esbuild/;

export default function setup(): (() => Promise<void>) | undefined {
  // Each project of vitest loads and calls this, in one process: the first call answers for all.
  const run = process.pid.toString(36);
  if (process.env[RUN_VARIABLE] === run) return undefined;
  process.env[RUN_VARIABLE] = run;
  // To its end: the id of another run may begin with this one.
  const marks = [`${RUN_VARIABLE}=${run}\0`, sandboxPrefix(run)];
  const alive = () => findMarked(marks).filter(({ command }) => !RUNNER.test(command));
  return async () => {
    // What was told to end a moment ago may still be on its way out.
    await until(() => alive().length === 0, { what: 'all processes ended', deadlineMs: 3_000 }).catch(
      () => {},
    );
    const leaked = alive();
    for (const { pid } of leaked) process.kill(pid, 'SIGKILL');
    const directories = readdirSync('/tmp').filter((name) => `/tmp/${name}`.startsWith(sandboxPrefix(run)));
    for (const name of directories) rmSync(join('/tmp', name), { recursive: true, force: true });
    if (leaked.length === 0 && directories.length === 0) return;
    const list = leaked.map(({ pid, command }) => `process ${pid} ${command.slice(0, 160)}`);
    // vitest prints what a teardown throws, and would end with code 0.
    process.exitCode = 1;
    throw new Error(['tests left behind (removed now):', ...list, ...directories].join('\n  '));
  };
}
