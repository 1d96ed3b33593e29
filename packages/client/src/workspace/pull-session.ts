/** A session's work as branches of a local repository. Index, work tree and current branch are not touched. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { EMPTY_TREE } from '../git/blobs.ts';
import { baseOf, present, putBack, rootsOf } from '../git/history.ts';
import { inTheWay } from '../git/in-the-way.ts';
import {
  apart,
  checkedOut,
  isBranchName,
  isKnownHistory,
  mergeBase,
  PULLED,
  references,
  type Size,
  sizeBetween,
  type Update,
  unknown,
  updateReferences,
} from '../git/local-branches.ts';
import type { Repository } from '../git/repository.ts';
import { Scratch } from '../git/scratch.ts';
import { branchOf, type Verdict, verdictOn } from './branch-verdict.ts';
import { fetchCommits, stateOf, tipOf, type Wanted } from './session-work.ts';

export interface PullOptions extends Wanted {
  /** In the place of `berth/NAME`; histories need not meet then. */
  readonly branch: string | undefined;
  /** Also where both sides have gone on. */
  readonly force: boolean;
}

export interface PulledBranch extends Size {
  readonly branch: string;
  readonly commit: string;
  readonly verdict: Verdict;
}

export interface Pulled {
  /** The first is the session's own; none: it has no commit, and nothing to make one of. */
  readonly branches: readonly PulledBranch[];
  /** The last commit of the first holds what the session has not committed. */
  readonly uncommitted: boolean;
  /** Files that are not committed here, and stop a merge of the first branch; their names for people. */
  readonly inTheWay: readonly string[];
  readonly outputDirectory: string;
}

interface Fetched {
  readonly branch: string;
  readonly commit: string;
}

/** Throws SOURCE_INVALID, BRANCH_DIVERGED, BRANCH_IN_USE, NAME_TAKEN, GIT_FAILED; no branch is changed then. */
export async function pullSession(repository: Repository, options: PullOptions): Promise<Pulled> {
  const { git } = repository;
  const { session } = options;
  const target = options.branch ?? branchOf(session);
  if (!(await isBranchName(git, target)))
    throw new BerthError('ARGUMENT_INVALID', `a branch cannot be called ${oneLine(target)}`);
  const state = await stateOf(options);
  const uncommitted = state.workCommit !== '';
  const { outputDirectory } = state;
  const tip = tipOf(state);
  if (tip === '') return { branches: [], uncommitted, inTheWay: [], outputDirectory };
  const others = state.branches.filter(({ name, commit }) => commit !== '' && name !== state.branch);
  const here = await present(
    git,
    others.map(({ commit }) => commit),
  );
  const known = others.filter(({ commit }) => here.has(commit)).map(({ commit }) => commit);
  const news = await unknown(git, known);
  const wanted: Fetched[] = [{ branch: target, commit: tip }];
  for (const { name, commit } of others) {
    const branch = `${target}--${name}`;
    if ((!here.has(commit) || news.has(commit)) && (await isBranchName(git, branch)))
      wanted.push({ branch, commit });
  }
  await fetchCommits(git, options, { commits: wanted.map(({ commit }) => commit) });
  const fetched = await onRealHistory(repository, wanted);
  await refuseUnrelated(repository, fetched, options);
  const decided = await decide(repository, fetched, options);
  await updateReferences(git, decided.updates, `berth pull ${session.id}`);
  const base = await beginningOf(repository, options, fetched);
  const branches = decided.branches.map(async (one) => ({
    ...one,
    ...(await sizeBetween(git, base, one.commit)),
  }));
  return {
    branches: await Promise.all(branches),
    uncommitted,
    inTheWay: await inTheWay(repository, target),
    outputDirectory,
  };
}

/** Commits that stand on a history that stayed here, put back on top of it. */
async function onRealHistory({ git, objectDirectory }: Repository, fetched: readonly Fetched[]) {
  const tips = fetched.map(({ commit }) => commit);
  const roots = new Set((await Promise.all(tips.map((tip) => rootsOf(git, tip)))).flat());
  let commits = new Map(tips.map((tip) => [tip, tip]));
  for (const root of roots) {
    const base = await baseOf(git, root);
    if (base === '') continue;
    if (!(await present(git, [base])).has(base)) {
      throw new BerthError(
        'SOURCE_INVALID',
        `the session began at ${base}, which is not in this repository`,
        {
          hint: 'go to the repository it was started in, or name it with --into DIR',
        },
      );
    }
    using scratch = Scratch.over({ git, objectDirectory });
    const mine = tips.filter((tip) => commits.get(tip) === tip);
    // The objects are to stay: only the index is for the moment.
    const made = await putBack(git.with({ GIT_INDEX_FILE: scratch.path('index') }), {
      root,
      base,
      tips: mine,
    });
    commits = new Map([...commits, ...made]);
  }
  return fetched.map(({ branch, commit }) => ({ branch, commit: commits.get(commit) ?? commit }));
}

async function refuseUnrelated(
  { git, top }: Repository,
  [first]: readonly Fetched[],
  { branch, session }: PullOptions,
): Promise<void> {
  if (branch !== undefined || !first) return;
  const roots = await rootsOf(git, first.commit);
  if (await isKnownHistory(git, roots)) return;
  const own = await references(git, ['refs/heads', 'refs/tags', 'refs/remotes']);
  if (own.size === 0) return;
  throw new BerthError(
    'SOURCE_INVALID',
    `the work of ${session.id} has no commit in common with the repository at ${top}`,
    {
      hint: 'go to the repository it belongs to, name it with --into DIR, or fetch it all the same with --branch NAME',
    },
  );
}

/** What each branch becomes. Throws where one cannot. */
async function decide({ git }: Repository, fetched: readonly Fetched[], options: PullOptions) {
  const { session, force } = options;
  const marks = `${PULLED}${session.id}/`;
  const [local, held] = await Promise.all([references(git, ['refs/heads', marks]), checkedOut(git)]);
  const updates: Update[] = [];
  const branches: { branch: string; commit: string; verdict: Verdict }[] = [];
  for (const { branch, commit } of fetched) {
    const reference = `refs/heads/${branch}`;
    const mark = `${marks}${branch}`;
    const [now, pulled] = [local.get(reference) ?? '', local.get(mark) ?? ''];
    const [onlyLocal, onlyFetched] = now === '' ? [0, 0] : await apart(git, now, commit);
    const seen = verdictOn({ local: now, pulled, fetched: commit, onlyLocal, onlyFetched });
    const verdict = force && (seen === 'diverged' || seen === 'ahead') ? 'replaced' : seen;
    if (verdict === 'diverged') throw diverged(branch, { onlyLocal, onlyFetched, session });
    const changes = verdict !== 'unchanged' && verdict !== 'ahead';
    if (changes) {
      refuseTaken(branch, { local, held });
      updates.push({ reference, to: commit, from: now });
    }
    if (pulled !== commit) updates.push({ reference: mark, to: commit, from: pulled });
    branches.push({ branch, commit: changes ? commit : now, verdict });
  }
  return { updates, branches };
}

function diverged(
  branch: string,
  counts: { onlyLocal: number; onlyFetched: number; session: { id: string } },
): BerthError {
  const { onlyLocal, onlyFetched, session } = counts;
  return new BerthError(
    'BRANCH_DIVERGED',
    `${oneLine(branch)} and session ${session.id} have both gone on: ${onlyLocal} of its commits are here alone, ${onlyFetched} are in the session alone`,
    { hint: 'fetch into another branch with --branch NAME, or give up what is here alone with --force' },
  );
}

function refuseTaken(
  branch: string,
  { local, held }: { local: ReadonlyMap<string, string>; held: ReadonlyMap<string, string> },
): void {
  const directory = held.get(`refs/heads/${branch}`);
  if (directory !== undefined) {
    throw new BerthError('BRANCH_IN_USE', `${oneLine(branch)} is checked out in ${oneLine(directory)}`, {
      hint: 'switch to another branch there, or fetch into another with --branch NAME',
    });
  }
  const parts = branch.split('/');
  const above = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
  const inTheWay = above.find((name) => local.has(`refs/heads/${name}`) || held.has(`refs/heads/${name}`));
  if (inTheWay === undefined) return;
  throw new BerthError(
    'NAME_TAKEN',
    `there can be no branch ${oneLine(branch)} beside the branch ${oneLine(inTheWay)}`,
    {
      hint: `rename that one (git branch -m ${oneLine(inTheWay)} NEW), or fetch into another with --branch NAME`,
    },
  );
}

/** Where the session began, as far as this repository knows; else where its work and HEAD part. */
async function beginningOf(
  { git, commit }: Repository,
  { session }: Wanted,
  [first]: readonly Fetched[],
): Promise<string> {
  const { source } = session;
  const began = source.kind === 'checkout' && !source.historyLeftOut ? source.commit : '';
  if (began !== '' && (await present(git, [began])).has(began)) return began;
  if (first && commit !== '') return (await mergeBase(git, first.commit, commit)) || EMPTY_TREE;
  return EMPTY_TREE;
}
