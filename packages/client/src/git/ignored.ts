/** Which names the patterns of `.berthignore` files match: git's own rules, asked in an empty work tree. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Repository } from './repository.ts';
import type { Scratch } from './scratch.ts';

const NAME = '.berthignore';

/** The `.berthignore` files of a work tree, by their directory (bytes; empty: the top). */
export function ignoreFiles({ top }: Pick<Repository, 'top'>, names: Iterable<string>): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  // The one at the top holds even where git ignores it.
  for (const name of [NAME, ...names]) {
    if (name !== NAME && !name.endsWith(`/${NAME}`)) continue;
    try {
      found.set(
        name.slice(0, -NAME.length),
        readFileSync(Buffer.from(`${Buffer.from(top).toString('latin1')}/${name}`, 'latin1')),
      );
    } catch {
      // Not there, or nothing to be read.
    }
  }
  return found;
}

/** Of these names those that match. */
export async function matching(
  scratch: Scratch,
  files: ReadonlyMap<string, Buffer>,
  names: readonly string[],
): Promise<Set<string>> {
  if (files.size === 0 || names.length === 0) return new Set();
  const at = scratch.path('patterns');
  const git = scratch.git.with({ GIT_DIR: path.join(at, '.git'), GIT_WORK_TREE: at });
  mkdirSync(at, { recursive: true });
  await git.run(['init', '-q', '--template=', at]);
  for (const [directory, patterns] of files) {
    const folder = Buffer.from(`${Buffer.from(at).toString('latin1')}/${directory}`, 'latin1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(Buffer.concat([folder, Buffer.from('/.gitignore')]), patterns);
  }
  const input = names.map((name) => `${name}\0`).join('');
  const nothingElse = ['-c', 'core.excludesFile=/dev/null'];
  const args = [...nothingElse, 'check-ignore', '--no-index', '-z', '--stdin'];
  // Exit code 1: none of them.
  const matched = await git.inside(at).list(args, { input, answers: [0, 1] });
  return new Set(matched);
}
