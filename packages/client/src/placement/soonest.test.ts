import { expect, test } from 'vitest';
import { SimulatedHost } from '../../../../test/support/simulated-host.ts';
import type { Candidate } from './obstacle.ts';
import { lines } from './soonest.ts';

const ANY = { memoryBytes: 0, region: null, size: null, labels: {}, fresh: false, preset: '' };

/** Full, with so many in line. */
function full(name: string, { slots = 4, waiting = 0, nextFreeAt = null as number | null }): Candidate {
  const { config: host, snapshot } = new SimulatedHost({ name, slots });
  const ledger = { ...snapshot.ledger, heldBytes: snapshot.ledger.capacityBytes, heldSlots: slots };
  const queue = { ...snapshot.queue, sessions: waiting, nextFreeAt };
  return { host, snapshot: { ...snapshot, ledger, queue } };
}

const order = (candidates: readonly Candidate[], draws: Record<string, number> = {}) =>
  lines(ANY, candidates, (host) => draws[host] ?? 0).map(({ host, place }) => `${host.name} ${place}`);

test('the line that moves soonest: fewest for each slot, then a slot that is known to come free', () => {
  const few = full('few', { slots: 2, waiting: 1 });
  const many = full('many', { slots: 8, waiting: 3 });
  expect(order([few, many])).toEqual(['many 4', 'few 2']);
  const [late, soon] = [full('late', { nextFreeAt: 20 }), full('soon', { nextFreeAt: 10 })];
  expect(order([full('never', {}), late, soon])).toEqual(['soon 1', 'late 1', 'never 1']);
});

test('of lines that are equally good the draw decides, so that not everybody goes to the first', () => {
  const equal = [full('a', {}), full('b', {}), full('c', {})];
  expect(order(equal, { a: 0.5, b: 0.1, c: 0.9 })).toEqual(['b 1', 'a 1', 'c 1']);
  expect(order(equal, { a: 0.5, b: 0.7, c: 0.2 })).toEqual(['c 1', 'a 1', 'b 1']);
});
