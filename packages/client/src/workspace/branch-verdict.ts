/** What becomes of a local branch when a session's work comes back to it. Pure. */

export type Verdict =
  /** It was not there. */
  | 'created'
  /** Nothing new. */
  | 'unchanged'
  | 'forwarded'
  /** It is as the last pull left it, and the session's work is not on top of that any more. */
  | 'replaced'
  /** The person has gone on from what the session has. */
  | 'ahead'
  /** Both have gone on. */
  | 'diverged';

export interface BranchState {
  /** Empty: it is not there. */
  readonly local: string;
  /** What the last pull made it; empty: none has. */
  readonly pulled: string;
  readonly fetched: string;
  /** Commits of the one that the other has not; 0 and 0 where it is not there. */
  readonly onlyLocal: number;
  readonly onlyFetched: number;
}

export function verdictOn({ local, pulled, fetched, onlyLocal, onlyFetched }: BranchState): Verdict {
  if (local === '') return 'created';
  if (local === fetched) return 'unchanged';
  if (onlyLocal === 0) return 'forwarded';
  if (local === pulled) return 'replaced';
  // Also where the person rewrote what came with the last pull, and nothing came since.
  if (onlyFetched === 0 || pulled === fetched) return 'ahead';
  return 'diverged';
}

/**
 * `berth/NAME`, by the id where there is no name. What git does not take in names of branches is replaced,
 * and what means something to a shell: the name stands in commands that people copy.
 */
export function branchOf(session: { readonly id: string; readonly name: string }): string {
  const name = session.name
    .replace(/[^\w.\-+=,%@\u00a1-\uffff]+/g, '-')
    .replace(/\.{2,}|@\{/g, '-')
    .replace(/\.lock$/i, '-lock')
    .replace(/^[.-]+|[.]+$/g, '');
  return `berth/${name === '' || name === '@' ? session.id : name}`;
}
