/**
 * The memory of a host that several users share: the one place that grants it, and the only one
 * that starts units as others. Invariants:
 * - what is granted never exceeds the capacity; the decision and its commit are one synchronous step;
 * - a slot is given back only when its units have ended, whatever its owner says: what is done about
 *   one session never overlaps;
 * - a unit runs as the user who calls, within the slot that this user holds for it;
 * - a session and its editor together are never held to more than the slot.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { isSessionId } from '@berth/shared/domain/session-id';
import type { Enforcement } from '@berth/shared/domain/session-state';
import { besideEditor, limitKept } from '../domain/editor.ts';
import { admitBeside, type Capacity, slotRefused } from '../domain/ledger.ts';
import { OneAtATime } from '../sessions/one-at-a-time.ts';
import type { HeldSlot, SlotStore } from './slot-store.ts';
import type { Account, SharedUnit, SharedUnits, UnitOf } from './units-port.ts';

export interface LedgerOptions {
  readonly hostId: string;
  readonly hostname: string;
  readonly capacity: Capacity;
  readonly enforcement: Enforcement;
  readonly store: SlotStore;
  readonly units: SharedUnits;
}

export class Ledger {
  readonly #o: LedgerOptions;
  readonly #sessions = new OneAtATime();

  constructor(options: LedgerOptions) {
    this.#o = options;
  }

  describe({ uid }: Account) {
    const { hostId, capacity, enforcement, store } = this.#o;
    const all = store.all();
    const others = all.filter((slot) => slot.uid !== uid);
    return {
      hostId,
      capacity,
      enforcement,
      heldBytes: sum(all),
      others: { bytes: sum(others), slots: others.length },
    };
  }

  /** Throws SLOT_EXHAUSTED. */
  take({ uid }: Account, slot: { sessionId: string; memoryBytes: number }): void {
    const { store, capacity, hostname } = this.#o;
    const { sessionId, memoryBytes } = checked(slot);
    const held = store.find(sessionId);
    if (held) {
      if (held.uid === uid && held.memoryBytes === memoryBytes) return;
      throw new BerthError('PERMISSION_DENIED', `the slot of ${sessionId} is held already`);
    }
    const all = store.all();
    // When others end, and who waits for a slot of theirs, is theirs to know.
    const unknown = { nextFreeAt: null, queuedSessions: 0, queuedBytes: 0 };
    const holdings = { heldBytes: sum(all), heldSlots: all.length, ...unknown };
    const admission = admitBeside(capacity, holdings, memoryBytes);
    if (!admission.ok) throw slotRefused(admission.refusal, { hostname, now: 0 });
    store.put({ sessionId, uid, memoryBytes });
  }

  /** Throws SESSION_NOT_RUNNING while a unit of it is alive. */
  async giveBack(account: Account, sessionId: string): Promise<void> {
    if (!this.#own(account, sessionId)) return;
    if (!(await this.#removeIfEnded(sessionId))) {
      throw new BerthError('SESSION_NOT_RUNNING', `a unit of ${sessionId} is alive: its slot stays held`);
    }
  }

  /** Gives back what the caller holds, does not name, and does not run. */
  async sync(account: Pick<Account, 'uid'>, sessionIds: readonly string[]): Promise<void> {
    const named = new Set(sessionIds);
    for (const { sessionId, uid } of this.#o.store.all()) {
      if (uid === account.uid && !named.has(sessionId)) await this.#removeIfEnded(sessionId);
    }
  }

  /** Gives back what users hold whom nobody serves (any more): they cannot do it themselves. */
  async sweep(served: ReadonlySet<number>): Promise<void> {
    const left = this.#o.store.all().filter(({ uid }) => !served.has(uid));
    for (const uid of new Set(left.map((slot) => slot.uid))) await this.sync({ uid }, []);
  }

  /**
   * Ends editors of all users but these, who alone may come here: nobody can reach them any more, and they
   * would go on for as long as their sessions.
   */
  async endEditorsBut(allowed: ReadonlySet<number>): Promise<void> {
    const { store, units } = this.#o;
    for (const { sessionId, uid, memoryBytes } of store.all()) {
      if (allowed.has(uid)) continue;
      await this.#sessions.run([sessionId], async () => {
        if ((await units.owner(sessionId, 'editor')) === null) return;
        await units.stopEditor(sessionId);
        if ((await units.owner(sessionId, 'session')) === null) return;
        await units.limitSession(sessionId, memoryBytes);
      });
    }
  }

  /**
   * One that runs already is left as it is. Throws SLOT_EXHAUSTED for a session without a slot of the caller's,
   * PERMISSION_DENIED where it runs as somebody else.
   */
  async start(account: Account, unit: Omit<SharedUnit, 'account' | 'memoryBytes'>): Promise<void> {
    checkProgram(unit);
    const { units } = this.#o;
    const { sessionId } = unit;
    await this.#sessions.run([sessionId], async () => {
      const { memoryBytes } = this.#slotOf(account, sessionId);
      // Were it started where it runs, and ended just then, an editor beside it would be overlooked.
      if (await this.#runs(account, sessionId, 'session')) return;
      // An editor that outlives its session, for as long as it was given to end, has a part of the slot.
      if ((await units.owner(sessionId, 'editor')) !== null) await units.kill(sessionId, 'editor');
      await units.start({ ...unit, account, memoryBytes });
    });
  }

  /**
   * Of the session and of its editor; what failed is forgotten, and its name free. Throws PERMISSION_DENIED
   * where one runs as somebody else.
   */
  async end(account: Account, sessionId: string): Promise<void> {
    checkId(sessionId);
    await this.#sessions.run([sessionId], async () => {
      for (const of of ['session', 'editor'] as const) {
        const runs = await this.#runs(account, sessionId, of);
        if (runs || this.#own(account, sessionId)) await this.#o.units.kill(sessionId, of);
      }
    });
  }

  /**
   * One that runs already is left as it is: who asks twice has one. Throws SLOT_EXHAUSTED, MEMORY_INVALID,
   * SESSION_NOT_RUNNING.
   */
  async startEditor(account: Account, unit: Omit<SharedUnit, 'account' | 'env'>): Promise<void> {
    checkProgram(unit);
    const { units } = this.#o;
    const { sessionId, memoryBytes: editorBytes } = unit;
    await this.#sessions.run([sessionId], async () => {
      const { memoryBytes: slotBytes } = this.#slotOf(account, sessionId);
      if (!(await this.#runs(account, sessionId, 'session'))) {
        throw new BerthError('SESSION_NOT_RUNNING', `the unit of ${sessionId} does not run`);
      }
      const sessionBytes = besideEditor({ sessionId, slotBytes, editorBytes });
      if (await this.#runs(account, sessionId, 'editor')) return;
      try {
        await this.#lower(sessionId, sessionBytes);
        await units.startEditor({ ...unit, account });
      } catch (error) {
        // Where that fails, too, the session is held to less until the editor is stopped again.
        await this.#withoutEditor(account, sessionId).catch(() => {});
        throw error;
      }
    });
  }

  /** One that does not run is no error. Throws PERMISSION_DENIED where it runs as somebody else. */
  async stopEditor(account: Account, sessionId: string): Promise<void> {
    checkId(sessionId);
    await this.#sessions.run([sessionId], async () => {
      const slot = this.#own(account, sessionId);
      if (slot || (await this.#runs(account, sessionId, 'editor'))) {
        await this.#withoutEditor(account, sessionId);
      }
    });
  }

  /** Its memory is the session's again only when it is gone. */
  async #withoutEditor(account: Account, sessionId: string): Promise<void> {
    const { units } = this.#o;
    await units.stopEditor(sessionId);
    const slot = this.#own(account, sessionId);
    if (slot && (await this.#runs(account, sessionId, 'session'))) {
      await units.limitSession(sessionId, slot.memoryBytes);
    }
  }

  /** The kernel may refuse (cgroups v1) what a session does not let go of. Throws SLOT_EXHAUSTED then. */
  async #lower(sessionId: string, memoryBytes: number): Promise<void> {
    const { units, enforcement } = this.#o;
    const held = await units.limitSession(sessionId, memoryBytes);
    if (enforcement === 'advisory' || (held !== null && held <= memoryBytes)) return;
    throw limitKept({ sessionId, wantedBytes: memoryBytes });
  }

  async #removeIfEnded(sessionId: string): Promise<boolean> {
    return await this.#sessions.run([sessionId], async () => {
      for (const of of ['session', 'editor'] as const) {
        if ((await this.#o.units.owner(sessionId, of)) !== null) return false;
      }
      this.#o.store.remove(sessionId);
      return true;
    });
  }

  /** Whether it runs, as the caller. Throws PERMISSION_DENIED where it runs as somebody else. */
  async #runs(account: Account, sessionId: string, of: UnitOf): Promise<boolean> {
    const owner = await this.#o.units.owner(sessionId, of);
    if (owner === null || owner === account.name) return owner !== null;
    throw new BerthError('PERMISSION_DENIED', `the unit of ${sessionId} belongs to somebody else`);
  }

  /** Throws SLOT_EXHAUSTED. */
  #slotOf(account: Account, sessionId: string): HeldSlot {
    const slot = this.#own(account, sessionId);
    if (!slot) throw new BerthError('SLOT_EXHAUSTED', `${sessionId} holds no slot`);
    return slot;
  }

  #own({ uid }: Account, sessionId: string): HeldSlot | null {
    const slot = this.#o.store.find(sessionId);
    return slot?.uid === uid ? slot : null;
  }
}

function checkId(sessionId: string): void {
  if (!isSessionId(sessionId)) throw new BerthError('ARGUMENT_INVALID', 'this is no session id');
}

/** systemd writes directories into the file of a unit as they are: a line break would begin a setting. */
const DIRECTORY = /^\/[^\p{Cc}\\]*$/u;

function checkProgram({ argv, workingDirectory }: Pick<SharedUnit, 'argv' | 'workingDirectory'>): void {
  if (argv.length > 0 && DIRECTORY.test(workingDirectory)) return;
  const message =
    'a unit needs a program and an absolute directory, without control characters and backslashes';
  throw new BerthError('ARGUMENT_INVALID', message);
}

function checked(slot: { sessionId: string; memoryBytes: number }) {
  checkId(slot.sessionId);
  // Also a bound on how many slots one user can make.
  if (slot.memoryBytes < MIN_SLOT_BYTES) throw new BerthError('MEMORY_INVALID', 'the slot is too small');
  return slot;
}

function sum(slots: readonly HeldSlot[]): number {
  return slots.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
}
