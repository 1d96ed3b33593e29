/** What is not committed, as trees: read from index and work tree, both left as they are. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { type IndexEntry, readIndex } from './index-file.ts';
import type { Repository } from './repository.ts';
import type { Git } from './run.ts';
import type { Scratch } from './scratch.ts';

/** All names are bytes: see run.ts. */
export interface WorkFiles {
  readonly tracked: readonly string[];
  /** Neither tracked nor ignored. */
  readonly untracked: readonly string[];
  /** Repositories of their own in the work tree, without a slash at the end. */
  readonly nested: readonly string[];
  readonly submodules: readonly string[];
  /** Kept by Git LFS. */
  readonly pointers: readonly string[];
  /** Of a merge that is under way; `ours` as `MODE ID`, empty where it is not there. */
  readonly conflicts: ReadonlyMap<string, string>;
  /** The index differs from the commit. */
  readonly staged: boolean;
  /** Tracked files that differ from the commit. */
  readonly changed: number;
}

export async function listWorkFiles({
  git,
  gitDirectory,
}: Pick<Repository, 'git' | 'gitDirectory'>): Promise<WorkFiles> {
  const status = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames'];
  const [differing, entries] = await Promise.all([
    git.list([...status, '--ignore-submodules=none']),
    readIndex(path.join(gitDirectory, 'index')) ?? askForIndex(git),
  ]);
  const hasAttributes = entries.some(({ name }) => /(^|\/)\.gitattributes$/.test(name));
  const lines = differing.filter((line) => /^[12u] /.test(line));
  const others = differing.filter((line) => line.startsWith('? ')).map((line) => line.slice(2));
  return {
    tracked: [...new Set(entries.map(({ name }) => name))],
    untracked: others.filter((name) => !name.endsWith('/')),
    nested: others.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1)),
    submodules: entries.filter(({ mode }) => mode === '160000').map(({ name }) => name),
    pointers: hasAttributes ? await git.list(['ls-files', '-z', ':(attr:filter=lfs)']) : [],
    conflicts: new Map(lines.filter((line) => line.startsWith('u ')).map(conflict)),
    staged: lines.some((line) => line.startsWith('u ') || line[2] !== '.'),
    changed: lines.length,
  };
}

async function askForIndex(git: Git): Promise<IndexEntry[]> {
  const lines = await git.list(['ls-files', '-s', '-z']);
  return lines.map((line) => ({ mode: line.slice(0, 6), name: line.slice(line.indexOf('\t') + 1) }));
}

/** `u XY SUB M1 M2 M3 MW H1 H2 H3 NAME`: 2 is our side. */
function conflict(line: string): [string, string] {
  const fields = line.split(' ');
  const [mode = '', id = ''] = [fields[4], fields[8]];
  return [fields.slice(10).join(' '), /^0+$/.test(mode) ? '' : `${mode} ${id}`];
}

/** A tree of the index; of files in conflict it has our side. */
export async function treeOfIndex(
  repository: Repository,
  scratch: Scratch,
  { conflicts }: WorkFiles,
): Promise<string> {
  const git = copyIndex(repository, scratch, 'index');
  if (conflicts.size > 0) {
    const lines = [...conflicts].map(([name, ours]) => {
      const entry = ours === '' ? '' : `${ours} 0\t${name}\0`;
      return `0 ${'0'.repeat(40)}\t${name}\0${entry}`;
    });
    await git.run(['update-index', '-z', '--index-info'], { input: lines.join('') });
  }
  return await git.text(['write-tree']);
}

/** A tree of the work tree: what is tracked as it is now, and these untracked files. */
export async function treeOfWork(
  repository: Repository,
  scratch: Scratch,
  untracked: readonly string[],
): Promise<string> {
  const git = copyIndex(repository, scratch, 'work-index');
  await git.run(['add', '-u', '--', '.']);
  if (untracked.length > 0) {
    const input = untracked.map((name) => `${name}\0`).join('');
    // A file that went away since it was listed is no error: it is as if it had not been.
    await git.run(['update-index', '--add', '--remove', '-z', '--stdin'], { input });
  }
  return await git.text(['write-tree']);
}

/** The tree without these files. */
export async function treeWithout(
  scratch: Scratch,
  { tree, files }: { tree: string; files: readonly string[] },
): Promise<string> {
  const git = scratch.withIndex(`without-${randomUUID()}`);
  await git.run(['read-tree', tree]);
  const input = files.map((file) => `${file}\0`).join('');
  await git.run(['update-index', '--force-remove', '-z', '--stdin'], { input });
  return await git.text(['write-tree']);
}

function copyIndex({ gitDirectory }: Repository, scratch: Scratch, name: string): Git {
  const [from, to] = [path.join(gitDirectory, 'index'), scratch.path(name)];
  try {
    const { mtimeMs } = statSync(from);
    copyFileSync(from, to);
    // Git compares what was changed as late as the index was written: never later than it really was.
    const seconds = Math.floor(mtimeMs / 1000);
    utimesSync(to, seconds, seconds);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return scratch.withIndex(name);
    throw new BerthError('GIT_FAILED', `cannot read ${from}: ${(error as Error).message}`, { hint: '' });
  }
  return scratch.withIndex(name);
}
