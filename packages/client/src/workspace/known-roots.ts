/**
 * With which commit the histories of a repository begin, in the cache directory: to walk one takes a
 * process, and the next start mostly comes from the same commit or the one after it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';

const MOST = 32;
const ID = /^[0-9a-f]{40}$/;

export interface KnownRoots {
  /** Of the first of these commits that is known; null: none is. */
  of(commits: readonly string[]): string | null;
  /** Never throws: without it the next start takes longer. */
  keep(commit: string, root: string): void;
}

/** `top`: of the work tree. */
export function knownRootsIn(cacheDir: string, top: string): KnownRoots {
  const name = createHash('sha256').update(top).digest('hex').slice(0, 40);
  const file = path.join(cacheDir, 'roots', `${name}.json`);
  const known = read(file);
  return {
    of: (commits) => commits.map((commit) => known.get(commit)).find((root) => root !== undefined) ?? null,
    keep(commit, root) {
      if (known.get(commit) === root) return;
      const newest = [[commit, root] as const, ...known].slice(0, MOST);
      try {
        replaceFile(file, JSON.stringify(newest));
      } catch {
        // As above.
      }
    },
  };
}

function read(file: string): Map<string, string> {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    const pairs = (Array.isArray(kept) ? kept : []) as [unknown, unknown][];
    const [commits, roots] = [0, 1].map((i) => pairs.map((pair) => String(pair[i as 0 | 1])));
    const ids = (commits ?? []).map((commit, i) => [commit, roots?.[i] ?? ''] as const);
    return new Map(ids.filter((pair) => pair.every((id) => ID.test(id))));
  } catch {
    // None were kept, or they are broken.
    return new Map();
  }
}
