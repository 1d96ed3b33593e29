/**
 * What V8 made of our code, kept for the next start. Node's own cache has what is compiled when a
 * file is loaded, which leaves out every function that waits for its first call. Of our bundles those
 * are most: of them the code is kept as it was after a run.
 */
import { readdirSync, readFileSync, rmSync, type Stats, statSync } from 'node:fs';
import Module, { createRequire, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { Script } from 'node:vm';
import { makeDirectory } from './make-directory.ts';
import { replaceFile } from './replace-file.ts';

const SUFFIX = '.code';
/** After so long one run adds what it compiled itself: the first one may have been for the help alone. */
const ADDED_TO_MS = 60 * 60 * 1000;
/** Nothing in use is as old. */
const LEFT_BEHIND_MS = 7 * 24 * 60 * 60 * 1000;

/** A part of Node that its types leave out; loaders have hung on to it since Node began. */
interface Compiling {
  _compile(this: NodeJS.Module, content: string, filename: string, ...rest: unknown[]): unknown;
}

export interface CodeOptions {
  /** File name of the bundle that is loaded next. */
  readonly bundle: string;
  /** What is run of it, as typed: each has its own code. */
  readonly run: string | undefined;
}

/**
 * To be called before the bundle is loaded. The code is kept when the process ends well; who lives long
 * keeps it by what is returned, once all that a start needs has run. Without a directory to keep it in,
 * and in a release, which loads no files, all is as ever.
 */
export function cacheCompiledCode(env: NodeJS.ProcessEnv, { bundle, run }: CodeOptions): () => void {
  const nothing = () => {};
  if (isSea()) return nothing;
  // Not in the shared /tmp, where somebody else could put code for us.
  const own = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth', 'code');
  try {
    makeDirectory(own);
  } catch {
    return nothing;
  }
  // Below it is one for each version of Node and each set of V8's flags.
  const { directory } = enableCompileCache(own);
  if (directory === undefined) return nothing;
  let keep = nothing;
  const node = Module.prototype as unknown as Compiling;
  const { _compile: compile } = node;
  node._compile = function (content, filename, ...rest) {
    if (basename(filename) !== bundle) return compile.call(this, content, filename, ...rest);
    node._compile = compile;
    const stat = statSync(filename, { throwIfNoEntry: false });
    // Of a file that was put into place meanwhile nobody can tell whether this is its content.
    if (!stat || stat.ctimeMs >= performance.timeOrigin)
      return compile.call(this, content, filename, ...rest);
    const kept = join(directory, nameOf(filename, stat, run));
    const script = compiled(content, filename, kept);
    keep = () => {
      keep = nothing;
      if (script.cachedDataRejected !== false || ageOf(kept) > ADDED_TO_MS) keepCode(script, kept);
    };
    const body = script.runInThisContext() as (...args: unknown[]) => unknown;
    return body.call(this.exports, this.exports, createRequire(filename), this, filename, dirname(filename));
  };
  // What failed may have run little of what it needs.
  process.on('exit', (code) => code === 0 && keep());
  return () => keep();
}

/** Another one for each build: V8 itself looks at no more of a source than its length. */
function nameOf(filename: string, stat: Stats, run: string | undefined): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = stat;
  const word = run && /^[a-z]{1,20}$/.test(run) ? run : 'other';
  return `${[basename(filename), dev, ino, size, mtimeMs, ctimeMs, word].join('-')}${SUFFIX}`;
}

/** `cachedDataRejected` is false where the code was kept, and undefined where there was none. */
function compiled(content: string, filename: string, kept: string): Script {
  let cachedData: Buffer | undefined;
  try {
    cachedData = readFileSync(kept);
  } catch {
    // The first time.
  }
  const [before = ''] = Module.wrap('\0').split('\0');
  return new Script(Module.wrap(content), {
    filename,
    columnOffset: -before.length,
    ...(cachedData ? { cachedData } : {}),
  });
}

/** A cache that cannot be written costs time, nothing else. */
function keepCode(script: Script, kept: string): void {
  try {
    replaceFile(kept, script.createCachedData());
    const directory = dirname(kept);
    for (const name of readdirSync(directory).filter((one) => one.endsWith(SUFFIX))) {
      const file = join(directory, name);
      if (ageOf(file) > LEFT_BEHIND_MS) rmSync(file, { force: true });
    }
  } catch {}
}

function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
