/** The work of a session, fetched from its host: its tip and the branches that are new. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { WorkspaceState } from '@berth/shared/domain/workspace-source';
import type { Git } from '../git/run.ts';
import { fetch, type TransportOptions } from '../git/transport.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { pushProgress } from './push-progress.ts';

/** A large work tree is read through for it. */
const SNAPSHOT_MS = 120_000;

export interface Wanted {
  readonly client: HostClient;
  readonly session: SessionSnapshot;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Also what the session began with is looked at. Throws INTERNAL where the host names what is no commit. */
export async function stateOf({ client, session, signal }: Wanted): Promise<WorkspaceState> {
  const state = await client.snapshotWorkspace(session.id, { signal, deadlineMs: SNAPSHOT_MS });
  const { source } = session;
  const began = source.kind === 'checkout' ? [source.commit, source.indexCommit, source.workCommit] : [];
  const ids = [...began, state.commit, state.workCommit, ...state.branches.map(({ commit }) => commit)];
  if (ids.every((id) => /^([0-9a-f]{40})?$/.test(id))) return state;
  // They become arguments of git.
  throw new BerthError('INTERNAL', `the agent on ${client.name} answered with what are no commits`);
}

/** Where the session is now, what is not committed included; empty: it has nothing. */
export function tipOf({ workCommit, commit }: WorkspaceState): string {
  return workCommit || commit;
}

/** The way to git at the other end. */
export function transportOf({ client, session, signal, progress }: Wanted): TransportOptions {
  return {
    open: (stop) => client.pull({ session: session.id, protocol: 'version=2' }, stop),
    signal,
    progress: (line) => {
      const text = pushProgress(line);
      if (text !== null) progress(text);
    },
  };
}

/** Brings these commits into the objects of `git`. */
export async function fetchCommits(
  git: Git,
  wanted: Wanted,
  request: { readonly commits: readonly string[]; readonly depth?: number },
): Promise<void> {
  await fetch(git, { ...request, commits: [...new Set(request.commits)] }, transportOf(wanted));
}
