/**
 * What V8 made of one of our bundles, kept as it was after a run. Code that is compiled when a file is
 * loaded leaves out every function that waits for its first call: of our bundles those are most.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { replaceFile } from './replace-file.ts';

/** Of files and of a release's assets that hold code. */
export const CODE_SUFFIX = '.code';
/** After so long one run adds what it compiled itself: the first one may have been for the help alone. */
const ADDED_TO_MS = 60 * 60 * 1000;
/** Nothing in use is as old. */
const LEFT_BEHIND_MS = 7 * 24 * 60 * 60 * 1000;

export interface Bundle {
  /** As stacks name it. */
  readonly filename: string;
  /** Of a CommonJS module. */
  readonly source: string;
}

export interface KeptScript {
  readonly script: Script;
  /** Keeps the code as it is now, unless what is kept is good and young enough. Never throws. */
  keep(): void;
}

/** The file of `file`'s bundle for one command as typed; null where its content may have changed since we began. */
export function codeFile(
  { file, bundle, run }: { file: string; bundle: string; run: string | undefined },
  directory: string,
): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat || stat.ctimeMs >= performance.timeOrigin) return null;
  const { dev, ino, size, mtimeMs, ctimeMs } = stat;
  const word = run && /^[a-z]{1,20}$/.test(run) ? run : 'other';
  // Another one for each build: V8 itself looks at no more of a source than its length.
  return join(directory, `${[bundle, dev, ino, size, mtimeMs, ctimeMs, word].join('-')}${CODE_SUFFIX}`);
}

/**
 * A script whose value is the module's function. Its code is what was kept, else what `made` has, else
 * compiled as it is called. Null: there is nowhere to keep it.
 */
export function keptScript(
  { filename, source }: Bundle,
  kept: string | null,
  made: () => Buffer | undefined = () => undefined,
): KeptScript {
  const own = kept === null ? undefined : read(kept);
  const cachedData = own ?? made();
  const [before = ''] = Module.wrap('\0').split('\0');
  const script = new Script(Module.wrap(source), {
    filename,
    columnOffset: -before.length,
    ...(cachedData ? { cachedData } : {}),
  });
  return {
    script,
    keep() {
      if (kept === null) return;
      const good = own !== undefined && script.cachedDataRejected === false;
      if (!good || ageOf(kept) > ADDED_TO_MS) write(kept, script);
    },
  };
}

function read(kept: string): Buffer | undefined {
  try {
    return readFileSync(kept);
  } catch {
    // The first time.
    return undefined;
  }
}

/** A cache that cannot be written costs time, nothing else. */
function write(kept: string, script: Script): void {
  const directory = dirname(kept);
  // Whoever took it away while we ran, as `berthd uninstall --purge` itself does, wants it no more.
  if (!existsSync(directory)) return;
  try {
    replaceFile(kept, script.createCachedData());
    for (const name of readdirSync(directory).filter((one) => one.endsWith(CODE_SUFFIX))) {
      const file = join(directory, name);
      if (ageOf(file) > LEFT_BEHIND_MS) rmSync(file, { force: true });
    }
  } catch {}
}

function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
