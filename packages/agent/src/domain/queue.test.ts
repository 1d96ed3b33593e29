import { expect, it } from 'vitest';
import { admissible, hopeless, placeOf } from './queue.ts';
import type { Session } from './session.ts';

const CAPACITY = { totalBytes: 100, reserveBytes: 0, capacityBytes: 100, defaultSlotBytes: 25 };
const waiting = (id: string, ticket: number, memoryBytes = 10) =>
  ({ id, ticket, memoryBytes, state: 'queued' }) as unknown as Session;
const running = (id: string, memoryBytes = 10) =>
  ({ id, memoryBytes, state: 'starting' }) as unknown as Session;

it('places are counted from 1, by tickets and nothing else', () => {
  const all = [waiting('c', 9), waiting('a', 7), running('r'), waiting('b', 8)];
  expect(all.map((session) => placeOf(session, all))).toEqual([3, 1, null, 2]);
});

it('nobody is let in over the number of sessions that are allowed', () => {
  const all = [running('r'), waiting('a', 1), waiting('b', 2)];
  expect(admissible(all, { capacity: CAPACITY, maxSessions: 1 })).toBe(null);
  expect(admissible(all, { capacity: CAPACITY, maxSessions: 2 })?.id).toBe('a');
});

it('what fits exactly is not without hope', () => {
  const limits = { capacity: CAPACITY, maxSessions: null };
  expect(hopeless([waiting('a', 1, 100)], limits)).toBe(null);
  expect(hopeless([waiting('a', 1), waiting('b', 2, 101)], limits)?.id).toBe('b');
});
