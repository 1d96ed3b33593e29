/** Which ended sessions may go, and which a careful user wants to keep. Pure. */
import type { SessionDetails } from '@berth/shared/domain/session-details';
import { isFinal, statusOf } from '@berth/shared/domain/session-state';
import type { Place } from './resolve.ts';

export interface PruneRule {
  /** Ended at least so long ago, in ms. */
  readonly olderThanMs: number;
  /** Empty: all that are final. */
  readonly statuses: readonly string[];
  /** So many of the newest stay. */
  readonly keep: number;
}

/** Sessions that the rule takes in, oldest end first. Those of other tools are never among them. */
export function prunable(places: readonly Place[], rule: PruneRule, now: number): Place[] {
  const ended = places.filter(({ session, external }) => external === undefined && isFinal(session.state));
  ended.sort((a, b) => endOf(b) - endOf(a));
  const { statuses } = rule;
  const chosen = ended
    .slice(rule.keep)
    .filter((place) => now - endOf(place) >= rule.olderThanMs)
    .filter(({ session }) => statuses.length === 0 || statuses.includes(statusOf(session.state)));
  return chosen.reverse();
}

export function endOf({ session }: Place): number {
  return session.endedAt ?? session.createdAt;
}

/** Why a session should not go without being named; null where nothing would be missed. */
export function worthKeeping({ session }: Place, git: SessionDetails['git']): string | null {
  // That it is done is no reason: what nobody looked at for days would stay for ever.
  const asks = session.attention?.kind ?? 'done';
  if (asks !== 'done' && asks !== 'bell') return `asks for you: ${asks} (berth ack)`;
  // A directory of the user's own stays, whatever is in it.
  if (!git || session.source.kind === 'directory') return null;
  if (git.dirtyFiles > 0) {
    return git.dirtyFiles === 1 ? '1 file is not committed' : `${git.dirtyFiles} files are not committed`;
  }
  if (git.commit === '') return null;
  // What it began with is there without it.
  if (session.source.kind === 'checkout' && session.source.commit === git.commit) return null;
  if (git.upstream === '') return 'its commits are in no other repository, as far as its own knows';
  const ahead = git.ahead ?? 0;
  if (ahead === 0) return null;
  return ahead === 1 ? '1 commit was never pushed' : `${ahead} commits were never pushed`;
}
