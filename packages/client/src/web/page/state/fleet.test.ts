import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionRow } from '../../protocol.ts';
import { applied, type Fleet, NO_FLEET } from './fleet.ts';

const row = (name: string) => ({ name }) as SessionRow;
const key = fc.constantFrom('a:1', 'a:2', 'b:1', '__proto__', 'constructor');
const change = fc.dictionary(key, fc.oneof(fc.constant(null), fc.string().map(row))) as fc.Arbitrary<
  Record<string, SessionRow | null>
>;

it('knows after any deltas what the server knows', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const truth = new Map<string, SessionRow>();
      let fleet: Fleet = applied(NO_FLEET, {
        type: 'state',
        epoch: 'e',
        version: 7,
        state: { sessions: {}, hosts: {} },
      }) as Fleet;
      changes.forEach((sessions, index) => {
        for (const [name, value] of Object.entries(sessions)) {
          if (value) truth.set(name, value);
          else truth.delete(name);
        }
        const message = { type: 'delta', version: 8 + index, sessions, hosts: {} } as const;
        fleet = applied(fleet, message) as Fleet;
        // Told twice it changes nothing.
        expect(applied(fleet, message)).toBe(fleet);
      });
      expect(new Map(fleet.sessions)).toEqual(truth);
    }),
  );
});

it('asks for all where a version is missing', () => {
  const delta = { type: 'delta', version: 9, sessions: {}, hosts: {} } as const;
  expect(applied({ ...NO_FLEET, epoch: 'e', version: 7 }, delta)).toBeNull();
  expect(applied(NO_FLEET, { ...delta, version: 1 })).toBeNull();
});
