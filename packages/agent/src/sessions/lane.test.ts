import { expect, it } from 'vitest';
import type { Observed } from '../domain/plan.ts';
import { Lane, type LaneOptions } from './lane.ts';

it('whenever it is woken it looks once more', async () => {
  for (let turns = 0; turns < 30; turns++) {
    let looks = 0;
    const ended = { id: 's', state: 'lost' };
    const lane = new Lane({
      sessionId: 's',
      effects: { registry: { get: () => ended }, now: () => 0 },
      observe: async () => {
        looks += 1;
        return { unit: 'gone' } as Observed;
      },
      onError: (error: unknown) => {
        throw error;
      },
    } as unknown as LaneOptions);
    lane.wake();
    for (let i = 0; i < turns; i++) await Promise.resolve();
    const before = looks;
    lane.wake();
    await lane.settled();
    expect([turns, looks]).toEqual([turns, before + 1]);
  }
});
