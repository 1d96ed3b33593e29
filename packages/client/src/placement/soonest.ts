/** Where it is best to wait in line. Pure. */
import type { HostConfig } from '../config/remotes.ts';
import { type Candidate, type Constraints, obstacleOf } from './obstacle.ts';

export interface Line {
  readonly host: HostConfig;
  /** The place that the next one gets, from 1. */
  readonly place: number;
  /** Ms since the epoch, where a slot comes free for sure; null: nobody can say. */
  readonly nextFreeAt: number | null;
}

/**
 * The lines one can wait in, the one that moves soonest first: who has the fewest before them for each
 * slot of the host; then where a slot is known to come free first.
 */
export function lines(constraints: Constraints, candidates: readonly Candidate[]): Line[] {
  const found = candidates.flatMap((candidate) => {
    const { host, snapshot } = candidate;
    const obstacle = obstacleOf(constraints, candidate);
    if (!snapshot || (obstacle && obstacle.kind !== 'full' && obstacle.kind !== 'line')) return [];
    const { capacityBytes, defaultSlotBytes } = snapshot.ledger;
    const slots = Math.max(1, Math.floor(capacityBytes / (constraints.memoryBytes || defaultSlotBytes)));
    const place = snapshot.queue.sessions + 1;
    return [{ host, place, nextFreeAt: snapshot.queue.nextFreeAt, turns: place / slots }];
  });
  const late = Number.POSITIVE_INFINITY;
  found.sort((a, b) => a.turns - b.turns || (a.nextFreeAt ?? late) - (b.nextFreeAt ?? late) || 0);
  return found.map(({ turns: _turns, ...line }) => line);
}
