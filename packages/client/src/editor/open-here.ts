/** Opens links with the programs of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from '../notify/program.ts';
import type { DesktopPlace } from './desktop.ts';

/** In the browser: the one that BROWSER names, else that of the desktop. False where nothing opens it. */
export async function openInBrowser(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const named = env.BROWSER?.split(':')[0] ?? '';
  // As it is often written: `firefox %s`.
  const words = named.split(' ').filter((word) => word !== '' && word !== '%s');
  const tried = [...(words[0] === undefined ? [] : [words]), ...OPENERS];
  return await first(tried, [url], env);
}

/** In the VS Code of this machine. False where nothing opens it. */
export async function openInDesktop(place: DesktopPlace, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (await first([['code', '--folder-uri']], [place.folder], env)) return true;
  return await first(OPENERS, [place.link], env);
}

const OPENERS = [process.platform === 'darwin' ? ['open'] : ['xdg-open']];

async function first(
  commands: readonly (readonly string[])[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  for (const [program = '', ...before] of commands) {
    if (!program.startsWith('/') && !findProgram(program, env)) continue;
    const child = spawn(program, [...before, ...args], { env, detached: true, stdio: 'ignore' });
    const began = await once(child, 'spawn').then(
      () => true,
      () => false,
    );
    child.unref();
    if (began) return true;
  }
  return false;
}
