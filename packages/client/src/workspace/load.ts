/** What a push takes along of a repository, made without changing anything of it. */
import { createHash, randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Checkout } from '@berth/shared/domain/workspace-source';
import type { Author } from '../git/author.ts';
import { commitOf, commitTree, firstCommit, standIn, treeOf, treesOfReferences } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { listWorkFiles, treeOfIndex, treeOfWork, treeWithout, type WorkFiles } from '../git/work-tree.ts';
import { type KeptBack, keptBack } from './kept-back.ts';
import { knownRootsIn } from './known-roots.ts';
import { cleanTreesIn, type Finding, lookAtBase, scan } from './secret-scan.ts';
import { notesOn, summaryOf } from './take-notes.ts';

export interface LoadOptions {
  readonly cacheDir: string;
  /** Another branch than the current one: its commits alone. */
  readonly branch: string | undefined;
  /** Commits alone. */
  readonly clean: boolean;
  /** What a person should know. */
  readonly note: (text: string) => void;
  /** Throws where they must not go. */
  readonly secrets: (findings: readonly Finding[]) => Promise<void>;
}

export interface Load {
  /** But for its author, who is asked for while the push is under way. */
  readonly checkout: Omit<Checkout, keyof Author>;
  /** Empty: there is nothing in the repository. */
  readonly refspecs: readonly string[];
  readonly summary: string;
  /** The repository's history is cut. */
  readonly shallow: boolean;
}

/** Where a session begins. `tree` of a repository without a commit is the empty one. */
interface Beginning {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
}

export async function loadOf(repository: Repository, scratch: Scratch, options: LoadOptions): Promise<Load> {
  const own = await beginning(repository, options.branch);
  const now = Date.now();
  const memoryOf = (repositoryId: string) => cleanTreesIn(options.cacheDir, repositoryId);
  // The longest chain of processes begins first.
  const identified = idOf(repository, own.commit, options.cacheDir);
  const ahead = identified
    .then((id) => lookAtBase(scratch.git, { tree: own.tree, memory: memoryOf(id), now }))
    // It is looked at once more, and then says why.
    .catch(() => null);
  const [id, files, others] = await Promise.all([
    identified,
    listWorkFiles(repository),
    treesOfReferences(repository.git),
  ]);
  const kept = await keptBack(repository, scratch, { files, commit: own.commit });
  const historyLeftOut = kept.committed.length > 0;
  const begin = historyLeftOut ? await withoutHistory(scratch, own, kept) : own;
  const withWork = !options.clean && own.branch === repository.branch;
  const work = withWork
    ? await workTrees(repository, scratch, { files, kept, begin })
    : { index: begin.tree, work: begin.tree, files: 0 };
  const trees = new Map([
    [begin.tree, ''],
    [work.index, ''],
    [work.work, ''],
  ]);
  if (!historyLeftOut) for (const [tree, name] of others) if (!trees.has(tree)) trees.set(tree, name);
  // What goes without its history shares nothing with what goes with it.
  const repositoryId = historyLeftOut ? hash(`${id} without history`) : id;
  const memory = memoryOf(repositoryId);
  const findings = await scan(scratch.git, { trees, memory, now, base: await ahead });
  if (findings.length > 0) await options.secrets(findings);

  const commits = await workCommits(scratch, begin, work);
  const notes = { prefix: repository.prefix, files, work: withWork, kept, historyLeftOut };
  for (const note of notesOn(notes)) options.note(note);
  const upload = randomUUID();
  const { branch, commit } = begin;
  const begun = { repository: repositoryId, upload, branch, commit, ...commits };
  const checkout = { ...begun, historyLeftOut };
  const summary = summaryOf({ top: repository.top, branch, commit: own.commit, changed: work.files });
  return { checkout, refspecs: refspecsOf(checkout), summary, shallow: repository.shallow };
}

async function beginning(repository: Repository, wanted: string | undefined): Promise<Beginning> {
  const { git } = repository;
  const current = wanted === undefined || wanted === repository.branch;
  const commit = current ? repository.commit : await commitOf(git, `refs/heads/${wanted}`);
  if (commit === '' && !current) {
    const there = await commitOf(git, `refs/remotes/origin/${wanted}`);
    throw new BerthError('SOURCE_INVALID', `the repository at ${repository.top} has no branch ${wanted}`, {
      hint: there === '' ? 'see git branch' : `make it: git branch ${wanted} origin/${wanted}`,
    });
  }
  const tree = current ? repository.tree : await treeOf(git, commit);
  return { branch: current ? repository.branch : (wanted ?? ''), commit, tree };
}

async function withoutHistory(
  scratch: Scratch,
  { branch, commit, tree: whole }: Beginning,
  kept: KeptBack,
): Promise<Beginning> {
  const tree = await treeWithout(scratch, { tree: whole, files: kept.committed });
  return { branch, commit: await standIn(scratch.git, { commit, tree }), tree };
}

/** Trees of index and work tree, and how many files of the latter differ from the commit. */
async function workTrees(
  repository: Repository,
  scratch: Scratch,
  { files, kept, begin }: { files: WorkFiles; kept: KeptBack; begin: Beginning },
): Promise<{ index: string; work: string; files: number }> {
  const untracked = files.untracked.filter((name) => !kept.all.has(name));
  const differing = files.changed + untracked.length;
  // Trees that are the commit's need not be made.
  const whole = await Promise.all([
    files.staged ? treeOfIndex(repository, scratch, files) : null,
    differing > 0 ? treeOfWork(repository, scratch, untracked) : null,
  ]);
  const back = files.tracked.filter((name) => kept.all.has(name));
  const [index = begin.tree, work = begin.tree] = await Promise.all(
    whole.map((tree) => {
      if (tree === null) return begin.tree;
      return back.length === 0 ? tree : treeWithout(scratch, { tree, files: back });
    }),
  );
  return { index, work, files: differing };
}

async function workCommits({ git }: Scratch, begin: Beginning, work: { index: string; work: string }) {
  const commitOn = async (tree: string, message: string) =>
    tree === begin.tree ? '' : await commitTree(git, { tree, parent: begin.commit, message });
  const [indexCommit, workCommit] = await Promise.all([
    commitOn(work.index, 'What was staged when the session began'),
    commitOn(work.work, 'What was not committed when the session began'),
  ]);
  return { indexCommit, workCommit };
}

/** The same for all clones, but for shallow ones: theirs lack what others build on. */
async function idOf(repository: Repository, commit: string, cacheDir: string): Promise<string> {
  const { git, top, shallow, parent } = repository;
  if (commit === '') return hash(shallow ? `none ${top} shallow` : `none ${top}`);
  // Where the history of a shallow one ends is a matter of its last fetch.
  if (shallow) return hash(`${await firstCommit(git, commit)} shallow`);
  const roots = knownRootsIn(cacheDir, top);
  const near = commit === repository.commit ? [commit, parent] : [commit];
  const first = roots.of(near) ?? (await firstCommit(git, commit));
  roots.keep(commit, first);
  return hash(first);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

function refspecsOf(checkout: Load['checkout']): string[] {
  const { upload, branch, commit, indexCommit, workCommit, historyLeftOut } = checkout;
  const at = `refs/uploads/${upload}`;
  const one = (id: string, name: string) => (id === '' ? [] : [`${id}:${at}/${name}`]);
  const history = historyLeftOut
    ? branch === ''
      ? []
      : one(commit, `heads/${branch}`)
    : [`refs/heads/*:${at}/heads/*`, `refs/tags/*:${at}/tags/*`];
  const own = [...one(commit, 'commit'), ...one(indexCommit, 'index'), ...one(workCommit, 'work')];
  return own.length === 0 ? [] : [...history, ...own];
}
