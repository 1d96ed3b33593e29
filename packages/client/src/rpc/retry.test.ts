import { BerthError } from '@berth/shared/domain/berth-error';
import { REASONS, type Reason } from '@berth/shared/domain/reasons';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Attempt, RESTART_MS, retryAfter } from './retry.ts';

const reasons = Object.keys(REASONS) as Reason[];
const attempt: fc.Arbitrary<Attempt> = fc.record({
  failures: fc.integer({ min: 1, max: 1000 }),
  error: fc.constantFrom(...reasons).map((reason) => new BerthError(reason, 'it failed')),
  brokenMs: fc.integer({ min: 0, max: 60_000 }),
  elapsedMs: fc.integer({ min: 0, max: 60_000 }),
  deadlineMs: fc.integer({ min: 1, max: 60_000 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

it('tries again only what broke with the link, and never beyond the deadline', () => {
  fc.assert(
    fc.property(attempt, (made) => {
      const wait = retryAfter(made);
      if (wait === null) return;
      expect(['HOST_UNREACHABLE', 'AGENT_MISSING']).toContain(made.error.reason);
      expect(made.elapsedMs + wait).toBeLessThan(made.deadlineMs);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(1000);
    }),
  );
});

it('goes on for a broken link as long as there is time for it', () => {
  fc.assert(
    fc.property(attempt, (made) => {
      const error = new BerthError('HOST_UNREACHABLE', 'it broke');
      expect(retryAfter({ ...made, error, elapsedMs: 0, deadlineMs: 1001 })).not.toBeNull();
    }),
  );
});

it('waits for an agent that restarts, not for one that stays away', () => {
  fc.assert(
    fc.property(attempt, (made) => {
      const error = new BerthError('AGENT_MISSING', 'nobody there');
      const wait = retryAfter({ ...made, error, elapsedMs: 0, deadlineMs: 1001 });
      expect(wait !== null).toBe(made.brokenMs < RESTART_MS);
    }),
  );
});

it('waits longer from failure to failure, each time by chance between half and all of it', () => {
  const error = new BerthError('HOST_UNREACHABLE', 'it broke');
  const common = { error, brokenMs: 0, elapsedMs: 0, deadlineMs: 10_000 };
  const waits = (random: number) =>
    [1, 2, 3, 6, 7, 50].map((failures) => retryAfter({ ...common, failures, random }));
  expect(waits(0)).toEqual([13, 25, 50, 400, 500, 500]);
  expect(waits(0.999999)).toEqual([25, 50, 100, 800, 1000, 1000]);
});
