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

interface Seen extends MarkedProcess {
  readonly parent: number;
  readonly marked: boolean;
}

/**
 * Living processes that mention any of the texts, and the descendants of those; zombies, which
 * need a reaper, left out.
 */
export function findMarked(texts: readonly string[]): MarkedProcess[] {
  const all = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const seen = all.map((entry) => look(entry, texts)).filter((each) => each !== null);
  const found = new Set(seen.filter(({ marked }) => marked));
  for (const { pid } of found) {
    for (const each of seen) if (each.parent === pid) found.add(each);
  }
  return [...found].map(({ pid, command }) => ({ pid, command }));
}

function look(entry: string, texts: readonly string[]): Seen | null {
  const command = readQuietly(() => readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
  if (command === '') return null;
  const environment = readQuietly(() => readFileSync(`/proc/${entry}/environ`, 'utf8'));
  const directory = readQuietly(() => readlinkSync(`/proc/${entry}/cwd`));
  const traces = [command, environment, directory].join('\0');
  // Behind the program's name, which may hold anything: state, parent.
  const stat = readQuietly(() => readFileSync(`/proc/${entry}/stat`, 'utf8'));
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  const marked = texts.some((text) => traces.includes(text));
  return { pid: Number(entry), command: command.replaceAll('\0', ' ').trim(), parent, marked };
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
