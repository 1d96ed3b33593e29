/**
 * Which files of a tree do not count: what tools make for themselves, and what its `.gitignore`s say.
 * The patterns are somebody else's text: they are bounded, so that none can hold the agent up.
 */
import ignore, { type Ignore } from 'ignore';

/** Names below which nobody writes by hand, in whichever directory they are. */
const ALWAYS = new Set([
  ...['.git', '.hg', '.svn', '.jj', 'node_modules', 'bower_components', '__pycache__', '.venv', '.tox'],
  ...['.mypy_cache', '.pytest_cache', '.ruff_cache', '.gradle', '.terraform', '.direnv'],
]);

/** Bytes of a file of patterns that are read. */
export const MOST_TEXT = 64 * 1024;
/** Wildcards are matched by backtracking: each more multiplies the time that a hostile name can cost. */
const MOST_WILDCARDS = 4;
const MOST_PATH = 512;
/** A file whose patterns took this long once is asked no more. */
const SLOW_MS = 50;
/** The package remembers each path that it was asked for: it is made anew after so many. */
const MOST_REMEMBERED = 4096;

/** What one `.gitignore` says of what lies below its directory. */
export class IgnoreFile {
  readonly #base: string;
  readonly #patterns: readonly string[];
  #ignore: Ignore | null = null;
  #asked = 0;
  #slow = false;

  /** `base`: its directory, relative to the tree; empty for the top. */
  constructor(base: string, text: string) {
    this.#base = base;
    this.#patterns = text.split(/\r?\n/).filter(isBounded);
  }

  /** Null: it says nothing of that path (relative to the tree; a directory's ends in a slash). */
  verdict(path: string): 'ignored' | 'kept' | null {
    const own = this.#base === '' ? path : path.slice(this.#base.length + 1);
    if (this.#slow || own.length > MOST_PATH) return null;
    if (this.#asked++ % MOST_REMEMBERED === 0) this.#ignore = null;
    const began = performance.now();
    try {
      this.#ignore ??= ignore({ ignorecase: false, allowRelativePaths: true }).add([...this.#patterns]);
      const { ignored, unignored } = this.#ignore.test(own);
      return ignored ? 'ignored' : unignored ? 'kept' : null;
    } catch {
      // A pattern that cannot be read, by the package or by V8: as if the file were not there.
      this.#slow = true;
      return null;
    } finally {
      if (performance.now() - began > SLOW_MS) this.#slow = true;
    }
  }
}

function isBounded(pattern: string): boolean {
  return (pattern.match(/\*+|\?/g)?.length ?? 0) <= MOST_WILDCARDS;
}

/** `files`: those above the path, outermost first. The innermost that says anything decides. */
export function isIgnored(path: string, isDirectory: boolean, files: readonly IgnoreFile[]): boolean {
  if (ALWAYS.has(path.slice(path.lastIndexOf('/') + 1))) return true;
  const asked = isDirectory ? `${path}/` : path;
  for (const file of files.toReversed()) {
    const verdict = file.verdict(asked);
    if (verdict) return verdict === 'ignored';
  }
  return false;
}
