import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { GIB } from '@berth/shared/domain/memory';
import { sessionId } from '@berth/shared/domain/session-id';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import { openSlotStore } from './slot-store.ts';
import type { Account, SharedUnit } from './units-port.ts';

const ANN: Account = { name: 'ann', uid: 1001, gid: 1001 };
const BEN: Account = { name: 'ben', uid: 1002, gid: 1002 };
const id = (n: number) => sessionId(0, n);
/** Amounts in smallest slots. */
const unit = (n: number) => n * MIN_SLOT_BYTES;

type Editor = Omit<SharedUnit, 'env'>;

/**
 * A ledger over units that are only written down: who runs what. A kernel of cgroups v1 holds no session to
 * less than it uses.
 */
function ledgerOf(capacityBytes: number, { usedBytes = 0 } = {}) {
  const running = new Map<string, SharedUnit>();
  const editors = new Map<string, Editor>();
  const limits = new Map<string, number>();
  const store = openSlotStore(':memory:');
  const capacity = { totalBytes: capacityBytes, reserveBytes: 0, capacityBytes, defaultSlotBytes: 1 };
  const ledger = new Ledger({
    ...{ hostId: 'h', hostname: 'host', capacity, enforcement: 'kernel', store },
    units: {
      async start(unit) {
        if (running.has(unit.sessionId)) return;
        running.set(unit.sessionId, unit);
        limits.set(unit.sessionId, unit.memoryBytes);
      },
      owner: async (session, of) => (of === 'session' ? running : editors).get(session)?.account.name ?? null,
      kill: async (session, of) => void (of === 'session' ? running : editors).delete(session),
      startEditor: async (unit) => void editors.set(unit.sessionId, unit),
      stopEditor: async (session) => void editors.delete(session),
      async limitSession(session, bytes) {
        limits.set(session, Math.max(bytes, usedBytes));
        return limits.get(session) ?? null;
      },
    },
  });
  const held = () => ledger.describe(ANN).heldBytes;
  const start = (account: Account, n: number) =>
    ledger.start(account, { sessionId: id(n), argv: ['tmux'], env: {}, workingDirectory: '/home/x' });
  const edit = (account: Account, n: number, over: Partial<Editor> = {}) =>
    ledger.startEditor(account, {
      ...{ sessionId: id(n), argv: ['code-server'], workingDirectory: '/home/x', memoryBytes: unit(2) },
      ...over,
    });
  return { ledger, running, editors, limits, store, held, start, edit };
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

const refused = (reason: string) => expect.objectContaining({ reason });

it('takes the memory of an editor from its session, and gives it back when it is gone', async () => {
  const { ledger, store, editors, limits, start, edit } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  await edit(ANN, 1);
  expect(editors.get(id(1))).toMatchObject({ account: ANN, memoryBytes: unit(2) });
  expect(limits.get(id(1))).toBe(unit(3));
  // As who does not know whether it was heard.
  await edit(ANN, 1, { memoryBytes: unit(4) });
  expect(editors.get(id(1))?.memoryBytes).toBe(unit(2));
  await ledger.stopEditor(ANN, id(1));
  expect([editors.size, limits.get(id(1))]).toEqual([0, unit(5)]);
  // One that ended by itself left its session with less.
  await edit(ANN, 1);
  editors.clear();
  await ledger.stopEditor(ANN, id(1));
  expect(limits.get(id(1))).toBe(unit(5));
});

it('starts an editor only beside a session of the caller that runs, and within its slot', async () => {
  const { ledger, store, editors, limits, start, edit } = ledgerOf(unit(20));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  ledger.take(BEN, { sessionId: id(2), memoryBytes: unit(5) });
  await expect(edit(ANN, 1)).rejects.toEqual(refused('SESSION_NOT_RUNNING'));
  await start(ANN, 1);
  await expect(edit(BEN, 1)).rejects.toEqual(refused('SLOT_EXHAUSTED'));
  await expect(edit(ANN, 3)).rejects.toEqual(refused('SLOT_EXHAUSTED'));
  for (const memoryBytes of [unit(5), unit(4) + 1, unit(100), Number.MAX_SAFE_INTEGER]) {
    await expect(edit(ANN, 1, { memoryBytes })).rejects.toEqual(refused('SLOT_EXHAUSTED'));
  }
  await expect(edit(ANN, 1, { memoryBytes: 0 })).rejects.toEqual(refused('MEMORY_INVALID'));
  expect([editors.size, limits.get(id(1))]).toEqual([0, unit(5)]);
});

it('starts no editor where the kernel does not take from the session what it is to have', async () => {
  const { ledger, store, editors, limits, start, edit } = ledgerOf(unit(10), { usedBytes: unit(4) });
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  await expect(edit(ANN, 1)).rejects.toThrow(/leaves no memory for an editor: it uses more than 48 MiB/);
  expect([editors.size, limits.get(id(1))]).toEqual([0, unit(5)]);
  await edit(ANN, 1, { memoryBytes: unit(1) });
  expect(editors.size).toBe(1);
});

it('lets nobody else stop or end an editor', async () => {
  const { ledger, store, editors, running, limits, start, edit } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  await edit(ANN, 1);
  await expect(ledger.stopEditor(BEN, id(1))).rejects.toEqual(refused('PERMISSION_DENIED'));
  await expect(ledger.end(BEN, id(1))).rejects.toEqual(refused('PERMISSION_DENIED'));
  // Also one whose session has just ended.
  running.clear();
  await expect(ledger.end(BEN, id(1))).rejects.toEqual(refused('PERMISSION_DENIED'));
  expect([editors.size, limits.get(id(1))]).toEqual([1, unit(3)]);
  await ledger.end(ANN, id(1));
  expect(editors.size).toBe(0);
  await ledger.stopEditor(BEN, id(1));
  expect(limits.get(id(1))).toBe(unit(3));
});

it('takes no id for a name of units, and no directory for settings of them', async () => {
  const { ledger, store, editors, start, edit } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  for (const odd of ['', '../x', `${id(1)}-editor`, `${id(1)}.service -p User=root`]) {
    await expect(ledger.end(ANN, odd)).rejects.toEqual(refused('ARGUMENT_INVALID'));
    await expect(ledger.stopEditor(ANN, odd)).rejects.toEqual(refused('ARGUMENT_INVALID'));
    await expect(edit(ANN, 1, { sessionId: odd })).rejects.toEqual(refused('SLOT_EXHAUSTED'));
  }
  for (const workingDirectory of ['', 'x', '-/x', '~', '/x\nUser=root', '/x\rUser=root', '/x\\']) {
    await expect(edit(ANN, 1, { workingDirectory })).rejects.toEqual(refused('ARGUMENT_INVALID'));
    const unitOf = { sessionId: id(1), argv: ['x'], env: {}, workingDirectory };
    await expect(ledger.start(ANN, unitOf)).rejects.toEqual(refused('ARGUMENT_INVALID'));
  }
  await expect(edit(ANN, 1, { argv: [] })).rejects.toEqual(refused('ARGUMENT_INVALID'));
  expect(editors.size).toBe(0);
});

it('counts an editor that outlives its session for as long as it was given to end', async () => {
  const { ledger, store, editors, running, held, start, edit } = ledgerOf(unit(10));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  await edit(ANN, 1);
  running.clear();
  await expect(ledger.giveBack(ANN, id(1))).rejects.toEqual(refused('SESSION_NOT_RUNNING'));
  await ledger.sync(ANN, []);
  await ledger.sweep(new Set());
  expect(held()).toBe(unit(5));
  // What begins in the slot has all of it.
  await start(ANN, 1);
  expect(editors.size).toBe(0);
});

it('ends editors of who may not come here any more, and leaves their sessions all of their slots', async () => {
  const { ledger, store, running, editors, limits, start, edit } = ledgerOf(unit(20));
  using _store = store;
  for (const [who, n] of [
    [ANN, 1],
    [BEN, 2],
  ] as const) {
    ledger.take(who, { sessionId: id(n), memoryBytes: unit(5) });
    await start(who, n);
    await edit(who, n);
  }
  await ledger.endEditorsBut(new Set([BEN.uid]));
  expect([...editors.keys()]).toEqual([id(2)]);
  expect([...running.keys()]).toEqual([id(1), id(2)]);
  expect([limits.get(id(1)), limits.get(id(2))]).toEqual([unit(5), unit(3)]);
});

it('a session that ends while it is started again leaves no editor beside the next one', async () => {
  const { ledger, store, running, editors, start, edit } = ledgerOf(unit(20));
  using _store = store;
  ledger.take(ANN, { sessionId: id(1), memoryBytes: unit(5) });
  await start(ANN, 1);
  await edit(ANN, 1);
  const again = start(ANN, 1);
  // It was seen to run by then.
  running.delete(id(1));
  await again;
  expect([running.size, editors.size]).toEqual([0, 1]);
  await start(ANN, 1);
  expect([running.size, editors.size]).toEqual([1, 0]);
});

it('holds a session and its editor to the slot, whatever is asked for and ends, in whatever order', () => {
  const call = fc.record({
    who: fc.constantFrom(ANN, ANN, BEN),
    what: fc.constantFrom('take', 'start', 'edit', 'stop', 'end', 'giveBack', 'dies', 'its editor dies'),
    session: fc.nat(1),
    bytes: fc.integer({ min: 1, max: 4 }).map(unit),
    alone: fc.boolean(),
  });
  return fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 60, size: 'max' }), async (calls) => {
      const { ledger, store, running, editors, limits, start, edit } = ledgerOf(unit(10));
      using _store = store;
      ledger.take(ANN, { sessionId: id(0), memoryBytes: unit(5) });
      const asked = {
        take: async (who: Account, n: number, memoryBytes: number) =>
          ledger.take(who, { sessionId: id(n), memoryBytes }),
        start: (who: Account, n: number) => start(who, n),
        edit: (who: Account, n: number, memoryBytes: number) => edit(who, n, { memoryBytes }),
        stop: (who: Account, n: number) => ledger.stopEditor(who, id(n)),
        end: (who: Account, n: number) => ledger.end(who, id(n)),
        giveBack: (who: Account, n: number) => ledger.giveBack(who, id(n)),
        // Its editor has a moment to end by itself.
        dies: async (_who: Account, n: number) => void running.delete(id(n)),
        'its editor dies': async (_who: Account, n: number) => void editors.delete(id(n)),
      };
      for (const { who, what, session, bytes, alone } of calls) {
        // Or at once with what comes next.
        const done = asked[what](who, session, bytes).catch(() => {});
        if (alone) await done;
        for (const [key, { account, memoryBytes }] of editors) {
          const slot = store.find(key);
          expect(slot?.uid).toBe(account.uid);
          const beside = running.has(key) ? (limits.get(key) ?? 0) : 0;
          expect(beside + memoryBytes).toBeLessThanOrEqual(slot?.memoryBytes ?? 0);
        }
      }
    }),
  );
});
