import { GIB, MIB } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, it } from 'vitest';
import { slotAdvice } from './slot-advice.ts';

const past = (over: Partial<SessionSnapshot>) =>
  ({
    state: 'completed',
    preset: 'claude',
    argv: ['/usr/bin/claude'],
    memoryBytes: 32 * GIB,
    memoryPeakBytes: 0,
    oomKills: 0,
    ...over,
  }) as SessionSnapshot;

it('suggests a quarter more than the highest peak, by kind of work', () => {
  const advice = slotAdvice([
    past({ memoryPeakBytes: 2 * GIB }),
    past({ memoryPeakBytes: 6 * GIB }),
    past({ memoryPeakBytes: 3 * GIB }),
    past({ preset: '', argv: ['/bin/make', 'all'], memoryPeakBytes: 100 * MIB, memoryBytes: 1 * GIB }),
  ]);
  expect(advice).toMatchObject([
    { work: 'claude', sessions: 3, median_peak_bytes: 3 * GIB, suggested_bytes: 8 * GIB },
    { work: 'make', sessions: 1, suggested_bytes: 128 * MIB },
  ]);
});

it('suggests twice the slot where sessions were ended for memory', () => {
  const [advice] = slotAdvice([past({ memoryBytes: GIB, memoryPeakBytes: GIB, oomKills: 1 })]);
  expect(advice).toMatchObject({ out_of_memory: 1, suggested_bytes: 2 * GIB });
});

it('says nothing of sessions that live, or whose peak nobody knows', () => {
  expect(slotAdvice([past({ state: 'running', memoryPeakBytes: GIB }), past({})])).toEqual([]);
});
