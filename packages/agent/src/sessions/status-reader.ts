/**
 * Reads what hooks leave in a session's status directory. `NAME.event.json` is one event: taken once,
 * in order, and removed. Any other `NAME.json` is a state that gets rewritten: read when it changed.
 */
import type { HookReport } from '../domain/attention/hook-report.ts';
import type { SessionPaths, StatusFile, StatusFiles } from './ports.ts';

export interface StatusReaderOptions {
  readonly paths: SessionPaths;
  readonly files: StatusFiles;
  /** Null: nothing of it is known. */
  readonly understand: (payload: unknown) => HookReport | null;
  /** `at`: when the file was written, in ms since the epoch; what is read at once counts as written now. */
  readonly onReport: (at: number, report: HookReport) => void;
  /** Called once for each file that cannot be read. */
  readonly onJunk: (name: string, why: string) => void;
  readonly now: () => number;
  /** Asks for another look after so many ms. */
  readonly lookAgain: (ms: number) => void;
}

/**
 * The time of a file moves in ticks of the kernel's clock, of up to 10 ms: it may lie before what
 * went before the write, and a file that is written twice in one tick has the same time.
 */
const TICK_MS = 20;
/** A file may be found half written: it is junk only once it has stood still for this long. */
const SETTLED_MS = 1000;
const MOST_BYTES = 256 * 1024;
const EVENT = '.event.json';

interface Seen {
  readonly modifiedAt: number;
  /** What was read in the tick of its writing, in which it may have been written once more; else null. */
  readonly freshText: string | null;
}

/** A look at the directory; what has not changed since the last look is not read again. */
export function createStatusReader(options: StatusReaderOptions): () => Promise<void> {
  const { paths, files, understand, onReport, onJunk, now } = options;
  const seen = new Map<string, Seen>();
  const junk = new Set<string>();
  let lastAt = 0;

  async function take(file: StatusFile): Promise<void> {
    const isEvent = file.name.endsWith(EVENT);
    const fresh = now() - file.modifiedAt < TICK_MS;
    const tooLarge = file.bytes > MOST_BYTES;
    const text = tooLarge ? null : await files.text(paths, file.name);
    // Its end is found by the next look; the other files are not held up by it.
    if (text === null && !tooLarge) return;
    const before = seen.get(file.name);
    const seenNow = { modifiedAt: file.modifiedAt, freshText: fresh ? text : null };
    // One writing has two times, of the file made empty and of the bytes: it is told once.
    const same =
      before && before.freshText === text && file.modifiedAt - before.modifiedAt < TICK_MS && !isEvent;
    if (same) return void seen.set(file.name, seenNow);
    const read = parsed(file, text);
    if (read === 'later') return options.lookAgain(SETTLED_MS);
    seen.set(file.name, seenNow);
    if ('why' in read) {
      if (!junk.has(file.name)) onJunk(file.name, read.why);
      junk.add(file.name);
    } else {
      junk.delete(file.name);
      const report = understand(read.payload);
      // Never before what was read ahead of it: one may count as written now, the next one as of its tick.
      lastAt = Math.max(lastAt, fresh ? now() : file.modifiedAt);
      if (report) onReport(lastAt, report);
    }
    // After what follows from it was kept: read again after a crash, it changes nothing.
    if (isEvent) {
      await files.remove(paths, file.name);
      seen.delete(file.name);
    }
  }

  function parsed(file: StatusFile, text: string | null): { payload: unknown } | { why: string } | 'later' {
    if (text === null) return { why: `it is larger than ${MOST_BYTES / 1024} KiB` };
    try {
      return { payload: JSON.parse(text) as unknown };
    } catch {
      return now() - file.modifiedAt < SETTLED_MS ? 'later' : { why: 'it is no JSON' };
    }
  }

  return async () => {
    const found = await files.list(paths);
    const names = new Set(found.map(({ name }) => name));
    for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
    const changed = found.filter(({ name, modifiedAt }) => {
      const known = seen.get(name);
      return known?.modifiedAt !== modifiedAt || known.freshText !== null;
    });
    for (const file of changed.sort(byTime)) await take(file);
  };
}

function byTime(a: StatusFile, b: StatusFile): number {
  return a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1);
}
