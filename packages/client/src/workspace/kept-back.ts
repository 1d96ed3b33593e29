/** What `.berthignore` keeps here. */
import { namesInHistory } from '../git/history.ts';
import { ignoreFiles, matching } from '../git/ignored.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import type { WorkFiles } from '../git/work-tree.ts';

export interface KeptBack {
  /** Every name that matches, of what is or was there. */
  readonly all: ReadonlySet<string>;
  /** Of these those that a commit has: no commit that leads to it may go. */
  readonly committed: readonly string[];
}

/** Names are bytes: see git/run.ts. */
export async function keptBack(
  repository: Repository,
  scratch: Scratch,
  { files, commit }: { files: WorkFiles; commit: string },
): Promise<KeptBack> {
  const now = [...files.tracked, ...files.untracked];
  const patterns = ignoreFiles(repository, now);
  if (patterns.size === 0) return { all: new Set(), committed: [] };
  const once = await namesInHistory(repository.git, commit);
  const all = await matching(scratch, patterns, [...new Set([...now, ...once])]);
  return { all, committed: once.filter((name) => all.has(name)) };
}
