/**
 * `berth status --format tmux`: one line out of the cache, at once. A status bar asks every few
 * seconds: this loads next to nothing, connects to nobody, and says nothing but that line. What is
 * kept is renewed behind its back, by a `berth list` of its own that outlives it.
 */
import { spawn } from 'node:child_process';
import { closeSync, futimesSync, openSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isSea } from 'node:sea';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { paths } from '../config/paths.ts';
import { loadRemotes } from '../config/remotes.ts';
import { createFleetCache } from '../fleet/cache.ts';
import { statusLine } from '../fleet/status-line.ts';

/** Older than this the cache is renewed; and it is asked for no more often. */
const RENEW_MS = 10_000;

/** Empty where nothing is known. */
export async function statusBar(env: NodeJS.ProcessEnv, now: number): Promise<string> {
  try {
    const { cacheDir, remotesFile } = paths(env);
    const hosts = await loadRemotes(remotesFile, { cacheDir });
    const cache = createFleetCache(cacheDir);
    const kept = hosts.map(({ name }) => cache.read(name)).filter((host) => host !== null);
    const directory = path.join(cacheDir, 'fleet');
    if (isOld(directory, now)) renew(directory, { env, now });
    return statusLine(kept, now);
  } catch {
    // An error has no place in a status bar: any other command tells it.
    return '';
  }
}

/** Whether anything of it was not heard of lately. */
function isOld(directory: string, now: number): boolean {
  try {
    const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
    const oldest = Math.min(...files.map((file) => statSync(path.join(directory, file)).mtimeMs));
    return files.length === 0 || now - oldest > RENEW_MS;
  } catch {
    return true;
  }
}

/** At most once in RENEW_MS, however many bars ask. */
function renew(directory: string, { env, now }: { env: NodeJS.ProcessEnv; now: number }): void {
  if (!takeTurn(directory, now)) return;
  const [program = '', ...rest] = isSea()
    ? [process.execPath]
    : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const child = spawn(program, [...rest, 'list', '--json'], { env, detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

/** False where somebody asked lately, and where nobody could note that he has. */
function takeTurn(directory: string, now: number): boolean {
  const mark = path.join(directory, 'renewed');
  try {
    makeDirectory(directory);
    const last = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    // Also after a clock that was put back.
    if (last <= now && now - last < RENEW_MS) return false;
    const file = openSync(mark, 'a', 0o600);
    futimesSync(file, now / 1000, now / 1000);
    closeSync(file);
    return true;
  } catch {
    return false;
  }
}
