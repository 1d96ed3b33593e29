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
 * slot of the host; then where a slot is known to come free first; then by `draw`, so that many clients
 * with the same picture do not all go to one line. It gives the same number for a host each time.
 */
export function lines(
  constraints: Constraints,
  candidates: readonly Candidate[],
  draw: (host: string) => number,
): Line[] {
  const found = candidates.flatMap((candidate) => {
    const { host, snapshot } = candidate;
    const obstacle = obstacleOf(constraints, candidate);
    if (!snapshot || (obstacle && obstacle.kind !== 'full' && obstacle.kind !== 'line')) return [];
    const { capacityBytes, defaultSlotBytes } = snapshot.ledger;
    const slots = Math.max(1, Math.floor(capacityBytes / (constraints.memoryBytes || defaultSlotBytes)));
    const place = snapshot.queue.sessions + 1;
    const drawn = draw(host.name);
    return [{ host, place, nextFreeAt: snapshot.queue.nextFreeAt, turns: place / slots, drawn }];
  });
  // Neither infinite: their difference would be no number.
  const soonest = ({ nextFreeAt }: Line) => nextFreeAt ?? Number.MAX_SAFE_INTEGER;
  found.sort((a, b) => a.turns - b.turns || soonest(a) - soonest(b) || a.drawn - b.drawn);
  return found.map(({ turns: _turns, drawn: _drawn, ...line }) => line);
}
