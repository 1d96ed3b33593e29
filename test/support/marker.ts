/**
 * Which processes a test run started, however far they have daemonised: each has the run's id in
 * its environment, or the directory of one of the run's sandboxes in its environment, arguments
 * or working directory. (Linux: read from /proc.)
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from './until.ts';

/** Set once by the global setup; inherited by everything that tests start. */
export const RUN_VARIABLE = 'BERTH_TEST_RUN';

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** Start of the path of every sandbox of a run. Short: sockets live below it. */
export function sandboxPrefix(run: string): string {
  return `/tmp/bt${run}-`;
}

/** Living processes that mention any of the texts; zombies, which need a reaper, left out. */
export function findMarked(texts: readonly string[]): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const command = readQuietly(() => readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
    if (command === '') continue;
    const environment = readQuietly(() => readFileSync(`/proc/${entry}/environ`, 'utf8'));
    const directory = readQuietly(() => readlinkSync(`/proc/${entry}/cwd`));
    const traces = [command, environment, directory].join('\0');
    if (!texts.some((text) => traces.includes(text))) continue;
    found.push({ pid: Number(entry), command: command.replaceAll('\0', ' ').trim() });
  }
  return found;
}

/** A process may end while we look, or be somebody else's. */
function readQuietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** SIGKILL, until a look finds none; whoever forks meanwhile is found by the next look. */
export async function killMarked(texts: readonly string[]): Promise<void> {
  const gone = (): boolean => {
    const alive = findMarked(texts);
    for (const { pid } of alive) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    return alive.length === 0;
  };
  await until(gone, { what: `processes of ${texts.join(', ')} ended` });
}
