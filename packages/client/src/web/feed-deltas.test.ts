import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDelta, type Delta, DeltaRing, deltaBetween } from './feed-deltas.ts';
import type { FleetState, HostRow, SessionRow } from './protocol.ts';

// Rows are taken whole: what is in them beside their ages is all one to what is tested.
const session = (name: string, age: number) => ({ name, age_minutes: age }) as unknown as SessionRow;
const host = (state: string, age: number) =>
  ({ state, age_ms: age, latency_ms: age, as_of: String(age) }) as unknown as HostRow;

const word = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const age = fc.nat(3);
const states: fc.Arbitrary<FleetState> = fc.record({
  sessions: fc.dictionary(
    word,
    fc.tuple(word, age).map(([name, old]) => session(name, old)),
  ),
  hosts: fc.dictionary(
    word,
    fc.tuple(word, age).map(([state, old]) => host(state, old)),
  ),
});

/** Without what changes by mere time. */
const steady = ({ sessions, hosts }: FleetState) => ({
  sessions: Object.entries(sessions)
    .map(([key, row]) => [key, row.name])
    .sort(),
  hosts: Object.entries(hosts)
    .map(([key, row]) => [key, row.state])
    .sort(),
});

test('deltas applied in their order give the newest state, from whichever version on', () => {
  fc.assert(
    fc.property(fc.array(states, { minLength: 1, maxLength: 12 }), fc.nat(11), (all, from) => {
      const ring = new DeltaRing(100);
      let kept = all[0] as FleetState;
      let version = 1;
      const versions = [kept];
      for (const next of all.slice(1)) {
        const delta = deltaBetween(kept, next, version + 1);
        expect(delta === null).toBe(JSON.stringify(steady(kept)) === JSON.stringify(steady(next)));
        if (!delta) continue;
        kept = applyDelta(kept, delta);
        version = delta.version;
        ring.push(delta);
        versions.push(kept);
      }
      expect(steady(kept)).toEqual(steady(all.at(-1) as FleetState));
      const known = Math.min(from, versions.length - 1);
      const missed = ring.after(known + 1, version);
      expect((missed ?? []).reduce(applyDelta, versions[known] as FleetState)).toEqual(kept);
    }),
  );
});

test('mere time makes no delta', () => {
  const [before, after] = [1, 2].map((old) => ({
    sessions: { a: session('x', old) },
    hosts: { h: host('up', old) },
  }));
  expect(deltaBetween(before as FleetState, after as FleetState, 2)).toBeNull();
});

test('the ring tells what it has, whole, or nothing', () => {
  const ring = new DeltaRing(3);
  const delta = (version: number): Delta => ({ type: 'delta', version, sessions: {}, hosts: {} });
  expect(ring.after(1, 1)).toEqual([]);
  for (const version of [2, 3, 4, 5]) ring.push(delta(version));
  expect(ring.after(2, 5)?.map(({ version }) => version)).toEqual([3, 4, 5]);
  expect(ring.after(5, 5)).toEqual([]);
  expect(ring.after(1, 5)).toBeNull();
  expect(ring.after(6, 5)).toBeNull();
  expect(ring.after(-1, 5)).toBeNull();
  expect(ring.after(Number.NaN, 5)).toBeNull();
});
