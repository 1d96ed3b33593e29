/** What is not committed here and at which a merge of a branch would stop. */
import type { Repository } from './repository.ts';
import { shownPath } from './run.ts';

/** Names of files, for people; none: git merges. Read from the work tree, which stays as it is. */
export async function inTheWay(
  { git, commit }: Pick<Repository, 'git' | 'commit'>,
  branch: string,
): Promise<string[]> {
  if (commit === '') return [];
  const changes = ['diff', '--name-only', '-z', '--no-renames', `HEAD...refs/heads/${branch}`];
  // Without a commit in common git refuses anyway.
  const touched = new Set(await git.list([...changes, '--'], { answers: [0, 128] }));
  if (touched.size === 0) return [];
  const status = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'];
  const lines = await git.list([...status, '--ignore-submodules=all']);
  // A merge that is none of the fast kind wants the index as the commit is, whatever is staged in it.
  return lines
    .filter((line) => /^[^ ?]/.test(line) || touched.has(line.slice(3)))
    .map((line) => shownPath(line.slice(3)));
}
