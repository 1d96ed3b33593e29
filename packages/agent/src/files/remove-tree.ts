/**
 * Removes directories by `rm`, which leaves links alone and what is mounted there, and costs the
 * agent's own process nothing however many files there are.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT = 1024 * 1024;

/** Rejects where something stays, with what `rm` says of it. What is not there is gone. */
export async function removeTree(directory: string): Promise<void> {
  const remove = () => run('rm', ['-rf', '--one-file-system', '--', directory], OPTIONS);
  try {
    await remove();
  } catch {
    // Tools make directories that are read-only (caches of modules). Of those alone, and not of files:
    // they may have names elsewhere, and what is mounted here is not ours.
    const locked = ['-xdev', '-type', 'd', '!', '-perm', '-u=rwx', '-exec', 'chmod', 'u+rwx', '{}', ';'];
    await run('find', [directory, ...locked], OPTIONS).catch(() => {});
    await remove().catch((error: { stderr?: string }) => {
      throw new Error(error.stderr?.trim().split('\n')[0] || `cannot remove ${directory}`);
    });
  }
}

const OPTIONS = { maxBuffer: MOST_OUTPUT, env: { ...process.env, LC_ALL: 'C' } };
