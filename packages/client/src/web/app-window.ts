/** A window of a browser without tabs and address, for what feels like a program of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from '../notify/program.ts';

/** They take `--app`. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** False where no browser that has such is installed. */
export async function openWindow(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const program = PROGRAMS.find((name) => findProgram(name, env));
  if (program === undefined) return false;
  const child = spawn(program, [`--app=${url}`], { env, stdio: 'ignore', detached: true });
  child.unref();
  return await once(child, 'spawn').then(
    () => true,
    () => false,
  );
}
