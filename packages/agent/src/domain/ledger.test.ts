import { GIB, MIB } from '@berth/shared/domain/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SPEC } from '../../../../test/support/session-spec.ts';
import { admit, capacityOf, holdings, idleSince } from './ledger.ts';
import type { Reserved, Session } from './session.ts';
import { transition } from './transition.ts';

describe('capacityOf', () => {
  it.each([
    [256 * GIB, 248 * GIB, 31 * GIB],
    [64 * GIB, 64 * GIB - Math.floor((64 * GIB) / 10), Math.floor((64 * GIB * 0.9) / 2)],
    [8 * GIB, 8 * GIB - Math.floor((8 * GIB) / 10), Math.floor((8 * GIB - Math.floor((8 * GIB) / 10)) / 4)],
    [1 * GIB, 512 * MIB, 128 * MIB],
  ])('of %d bytes', (total, capacityBytes, defaultSlotBytes) => {
    expect(capacityOf(total, {})).toMatchObject({ capacityBytes, defaultSlotBytes });
  });

  it.each([
    ['s', 31.3, 1],
    ['m', 62.8, 2],
    ['l', 125.7, 4],
    ['xl', 251.6, 8],
    ['none, half of s', 15.6, 4],
  ])('a machine of tier %s, with %d GiB of it left by its firmware, has %d slots', (_tier, gib, slots) => {
    const { capacityBytes, defaultSlotBytes } = capacityOf(Math.floor(gib * GIB), {});
    expect(Math.floor(capacityBytes / defaultSlotBytes)).toBe(slots);
  });

  it('takes what was configured', () => {
    expect(capacityOf(8 * GIB, { capacityBytes: 3 * GIB, slots: 3 }).defaultSlotBytes).toBe(1 * GIB);
    expect(capacityOf(8 * GIB, { reserveBytes: 1 * GIB }).capacityBytes).toBe(7 * GIB);
    expect(capacityOf(8 * GIB, { capacityBytes: 2 * GIB, defaultSlotBytes: 5 }).defaultSlotBytes).toBe(5);
  });
});

/** A host under random calls; `crash` forgets everything but what was committed. */
describe('the ledger under random interleavings', () => {
  const capacity = { totalBytes: 100, reserveBytes: 0, capacityBytes: 100, defaultSlotBytes: 25 };
  const call = fc.oneof(
    fc.record({ do: fc.constant('reserve' as const), bytes: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ do: fc.constantFrom('start', 'end', 'expire', 'kill'), which: fc.nat(20) }),
    fc.record({ do: fc.constant('tick' as const), by: fc.nat(50) }),
    fc.constant({ do: 'crash' as const }),
  );

  it('never promises more than the capacity, and gives back exactly what ended', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
        let now = 0;
        let committed = new Map<string, Session>();
        for (const step of calls) {
          const sessions = [...committed.values()];
          if (step.do === 'tick') now += step.by;
          else if (step.do === 'crash') committed = new Map(JSON.parse(JSON.stringify([...committed])));
          else if (step.do === 'reserve') {
            const admission = admit(capacity, sessions, step.bytes);
            const free = capacity.capacityBytes - holdings(sessions).heldBytes;
            expect(admission.ok).toBe(step.bytes <= free);
            if (!admission.ok) expect(admission.refusal.freeBytes).toBe(free);
            if (admission.ok)
              committed.set(`s${committed.size}`, reserved(`s${committed.size}`, step.bytes, now));
          } else {
            const session = sessions[step.which % Math.max(1, sessions.length)];
            if (!session) continue;
            const next = transition(session, eventFor(step.do, now));
            if (next.ok) committed.set(session.id, next.session);
          }
          expect(holdings(committed.values()).heldBytes).toBeLessThanOrEqual(capacity.capacityBytes);
        }
        for (const session of committed.values()) {
          const over = transition(
            session,
            eventFor(session.state === 'reserved' ? 'expire' : 'end', now + 1000),
          );
          if (over.ok) committed.set(session.id, over.session);
        }
        expect(holdings(committed.values())).toMatchObject({ heldBytes: 0, heldSlots: 0, nextFreeAt: null });
      }),
    );
  });

  it('says when a slot comes free for sure', () => {
    const sooner = reserved('a', 60, 10);
    const admission = admit(capacity, [reserved('b', 40, 50), sooner], 1);
    expect(admission).toMatchObject({
      ok: false,
      refusal: { nextFreeAt: sooner.reservedUntil, heldSlots: 2 },
    });
  });
});

describe('idleSince', () => {
  const ended = (id: string, endedAt: number, extra: object = {}) =>
    ({ ...reserved(id, 1, 0), state: 'completed', startedAt: 5, endedAt, exitCode: 0, ...extra }) as never;

  it.each([
    ['nobody ever held a slot', [], null],
    ['somebody holds one', [ended('a', 50), reserved('b', 1, 60)], null],
    ['the last one let go', [ended('a', 50), ended('b', 70), ended('c', 60)], 70],
    [
      'one that only waited in line is none',
      [ended('a', 50), ended('b', 70, { startedAt: null, queuedAt: 1 })],
      50,
    ],
  ])('%s', (_what, sessions, expected) => {
    expect(idleSince(sessions)).toBe(expected);
  });
});

function reserved(id: string, memoryBytes: number, now: number): Reserved {
  return {
    id,
    name: '',
    incarnation: 1,
    createdAt: now,
    memoryBytes,
    state: 'reserved',
    reservedUntil: now + 100,
  };
}

function eventFor(what: string, now: number) {
  switch (what) {
    case 'start':
      return { type: 'start', at: now, spec: PLAIN_SPEC, bootId: 'b' } as const;
    case 'expire':
      return { type: 'expire', at: now } as const;
    case 'kill':
      return {
        type: 'endRequested',
        intent: { kind: 'kill', requestedAt: now, graceMs: 0, signal: 'TERM' },
      } as const;
    default:
      return {
        type: 'ended',
        end: { at: now, exitCode: 0, outOfMemory: false, memoryPeakBytes: null, oomKills: 0 },
      } as const;
  }
}
