import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { GIB } from '@berth/shared/domain/memory';
import { sessionId } from '@berth/shared/domain/session-id';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Account, Ledger, type SharedUnit } from './ledger.ts';
import { openSlotStore } from './slot-store.ts';

const ANN: Account = { name: 'ann', uid: 1001, gid: 1001 };
const BEN: Account = { name: 'ben', uid: 1002, gid: 1002 };
const id = (n: number) => sessionId(0, n);
/** Amounts in smallest slots. */
const unit = (n: number) => n * MIN_SLOT_BYTES;

/** A ledger over units that are only written down: who runs what. */
function ledgerOf(capacityBytes: number) {
  const running = new Map<string, SharedUnit>();
  const store = openSlotStore(':memory:');
  const capacity = { totalBytes: capacityBytes, reserveBytes: 0, capacityBytes, defaultSlotBytes: 1 };
  const ledger = new Ledger({
    ...{ hostId: 'h', hostname: 'host', capacity, enforcement: 'kernel', store },
    units: {
      start: async (unit) => void running.set(unit.sessionId, unit),
      owner: async (session) => running.get(session)?.account.name ?? null,
      kill: async (session) => void running.delete(session),
    },
  });
  const held = () => ledger.describe(ANN).heldBytes;
  const start = (account: Account, n: number) =>
    ledger.start(account, { sessionId: id(n), argv: ['tmux'], env: {}, workingDirectory: '/home/x' });
  return { ledger, running, store, held, start };
}

it('never grants more than there is, whoever asks and gives back', () => {
  const call = fc.record({
    who: fc.constantFrom(ANN, BEN),
    session: fc.nat(9),
    take: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 60 }).map(unit),
  });
  return fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
      const { ledger, store, held } = ledgerOf(unit(100));
      using _store = store;
      for (const { who, session, take, bytes } of calls) {
        const before = held();
        try {
          if (take) ledger.take(who, { sessionId: id(session), memoryBytes: bytes });
          else await ledger.giveBack(who, id(session));
        } catch {
          expect(held()).toBe(before);
        }
        expect(held()).toBeLessThanOrEqual(unit(100));
        expect(held()).toBe(store.all().reduce((sum, slot) => sum + slot.memoryBytes, 0));
      }
    }),
  );
});

it('grants the same slot again to its owner, and to nobody else', () => {
  const { ledger, store, held } = ledgerOf(8 * GIB);
  using _store = store;
  const slot = { sessionId: id(1), memoryBytes: 2 * GIB };
  ledger.take(ANN, slot);
  ledger.take(ANN, slot);
  expect(held()).toBe(2 * GIB);
  expect(() => ledger.take(BEN, slot)).toThrow(/held already/);
  expect(() => ledger.take(BEN, { sessionId: id(2), memoryBytes: 7 * GIB })).toThrow(/6 GiB of 8 GiB free/);
  expect(ledger.describe(BEN).others).toEqual({ bytes: 2 * GIB, slots: 1 });
});

it('runs a unit only in a slot of the caller, and as the caller', async () => {
  const { ledger, store, running, start } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await expect(start(BEN, 1)).rejects.toThrow(/holds no slot/);
  await start(ANN, 1);
  expect(running.get(id(1))).toMatchObject({ account: ANN, memoryBytes: unit(5) });
  await expect(ledger.end(BEN, id(1))).rejects.toThrow(/somebody else/);
  expect(running.size).toBe(1);
});

it('keeps a slot held while its unit is alive, whatever its owner says', async () => {
  const { ledger, store, held, start } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  ledger.take(ANN, { sessionId: id(2), memoryBytes: unit(3) });
  ledger.take(BEN, { sessionId: id(3), memoryBytes: unit(2) });
  await start(ANN, 1);
  await expect(ledger.giveBack(ANN, id(1))).rejects.toThrow(/alive/);
  await ledger.giveBack(BEN, id(2));
  expect(held()).toBe(unit(10));
  await ledger.sync(ANN, []);
  expect(store.all().map(({ sessionId }) => sessionId)).toEqual([id(1), id(3)]);
  await ledger.end(ANN, id(1));
  await ledger.giveBack(ANN, id(1));
  expect(held()).toBe(unit(2));
});

it('takes no slots so small that one user could make any number of them', () => {
  const { ledger, store } = ledgerOf(unit(10));
  using _store = store;
  expect(() => ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(1) - 1 })).toThrow(/too small/);
});
