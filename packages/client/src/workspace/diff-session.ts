/** What a session changed against where it began, in objects that are gone afterwards. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { WorkspaceState } from '@berth/shared/domain/workspace-source';
import { EMPTY_TREE } from '../git/blobs.ts';
import { present } from '../git/history.ts';
import { mergeBase } from '../git/local-branches.ts';
import type { Repository } from '../git/repository.ts';
import type { Git } from '../git/run.ts';
import { Scratch } from '../git/scratch.ts';
import { remoteReferences } from '../git/transport.ts';
import { fetchCommits, stateOf, tipOf, transportOf, type Wanted } from './session-work.ts';

export interface SessionDiff extends Disposable {
  readonly git: Git;
  /** Commits or trees. Equal: nothing was changed. */
  readonly base: string;
  readonly tip: string;
}

/** `repository` is the one the caller stands in, if any: what it has need not be fetched. */
export async function diffOf(
  repository: Repository | null,
  options: Wanted & { readonly env: NodeJS.ProcessEnv },
): Promise<SessionDiff> {
  const state = await stateOf(options);
  const tip = tipOf(state);
  const { source } = options.session;
  const commit = source.kind === 'checkout' ? source.commit : '';
  // What you had not committed is nothing that the session changed.
  const work = source.kind === 'checkout' ? source.workCommit : '';
  const here = repository && (await present(repository.git, [commit || tip || EMPTY_TREE])).size > 0;
  const scratch = here ? Scratch.over(repository) : await Scratch.empty(options.env);
  try {
    const from = { state, tip, far: !here };
    const base = await bring(scratch.git, { ...from, began: work || commit }, options).catch(
      (error: unknown) => {
        // The session's own git may have swept it away by now.
        if (work === '' || !(error instanceof BerthError && error.reason === 'GIT_FAILED')) throw error;
        return bring(scratch.git, { ...from, began: commit }, options);
      },
    );
    return { git: scratch.git, base, tip: tip || base, [Symbol.dispose]: () => scratch[Symbol.dispose]() };
  } catch (error) {
    scratch[Symbol.dispose]();
    throw error;
  }
}

/** Fetches both ends. Gives the one that the session began at. */
async function bring(
  git: Git,
  { began, state, tip, far }: { began: string; state: WorkspaceState; tip: string; far: boolean },
  options: Wanted,
): Promise<string> {
  const { source } = options.session;
  if (tip === '') return EMPTY_TREE;
  if (source.kind === 'clone') {
    // The clone's own remote-tracking branches say where it began.
    const remote = await remoteReferences(git, transportOf(options));
    const name = source.branch || state.branch;
    const upstream = ['HEAD', name].map((one) => remote.get(`refs/remotes/origin/${one}`)).filter(Boolean);
    const from = remote.get('refs/berth/base') ?? remote.get(`refs/tags/${name}`) ?? upstream.at(-1);
    if (from === undefined) {
      throw new BerthError('SOURCE_INVALID', `the session's repository does not tell where it began`, {
        hint: 'look at its log: berth exec SESSION git log',
      });
    }
    await fetchCommits(git, options, { commits: [from, tip] });
    return (await mergeBase(git, from, tip)) || from;
  }
  // A directory that was there before began nowhere: what is not committed is what there is to show.
  const base = source.kind === 'directory' ? state.commit : began;
  const missing = base !== '' && (await present(git, [base])).size === 0;
  const commits = [...(missing ? [base] : []), tip];
  await fetchCommits(git, options, far ? { commits, depth: 1 } : { commits });
  return base || EMPTY_TREE;
}
