/**
 * What files take on the disk, by `du`: in blocks, files of several names once, links not followed,
 * nothing on other file systems. A process of its own, and a patient one.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DiskMeter } from '../sessions/disk-port.ts';

/** `stateDirectory` holds the directories of sessions, and the object caches of repositories. */
export function createDiskMeter(stateDirectory: string): DiskMeter {
  return {
    async session({ directory }) {
      const [workspaceBytes = 0, transcriptBytes = 0, outputBytes = 0] = await use(directory, [
        'workspace',
        'transcript',
        'output',
      ]);
      return { workspaceBytes, transcriptBytes, outputBytes };
    },
    async total() {
      const [sessionsBytes = 0, repositoriesBytes = 0] = await use(stateDirectory, [
        'sessions',
        'repositories',
      ]);
      return { sessionsBytes, repositoriesBytes };
    },
  };
}

/** Bytes of each, in order; 0 for what is not there. Rejects where `du` could not be run. */
async function use(directory: string, names: readonly string[]): Promise<number[]> {
  const there = names.filter((name) => existsSync(path.join(directory, name)));
  if (there.length === 0) return names.map(() => 0);
  const printed = await du(directory, there);
  const bytes = new Map<string, number>();
  for (const entry of printed.split('\0')) {
    const tab = entry.indexOf('\t');
    if (tab > 0) bytes.set(entry.slice(tab + 1), Number(entry.slice(0, tab)));
  }
  return names.map((name) => bytes.get(name) ?? 0);
}

/** Files that go while it looks make it complain; what it counted counts all the same. */
function du(cwd: string, names: readonly string[]): Promise<string> {
  const args = ['-n', '10', 'du', '-s', '-x', '--block-size=1', '--null', '--', ...names];
  return new Promise((resolve, reject) => {
    const child = spawn('nice', args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (out === '' && code !== 0) reject(new Error(`du ended with ${code ?? 'a signal'}`));
      else resolve(out);
    });
  });
}
