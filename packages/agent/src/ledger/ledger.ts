/**
 * The memory of a host that several users share: the one place that grants it, and the only one
 * that starts units as others. Invariants:
 * - what is granted never exceeds the capacity; the decision and its commit are one synchronous step;
 * - a slot is given back only when its unit has ended, whatever its owner says: a start and a
 *   giving back of one session never overlap;
 * - a unit runs as the user who calls, within the slot that this user holds for it.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { isSessionId } from '@berth/shared/domain/session-id';
import type { Enforcement } from '@berth/shared/domain/session-state';
import { admitBeside, type Capacity, slotRefused } from '../domain/ledger.ts';
import { OneAtATime } from '../sessions/one-at-a-time.ts';
import type { HeldSlot, SlotStore } from './slot-store.ts';

/** A user of the host. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What the ledger needs of the system's manager. */
export interface SharedUnits {
  start(unit: SharedUnit): Promise<void>;
  /** The user as whom the unit runs; null where it does not. */
  owner(sessionId: string): Promise<string | null>;
  kill(sessionId: string): Promise<void>;
}

export interface SharedUnit {
  readonly sessionId: string;
  readonly account: Account;
  readonly memoryBytes: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

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

  /** Throws SESSION_NOT_RUNNING while the unit is alive. */
  async giveBack(account: Account, sessionId: string): Promise<void> {
    if (!this.#own(account, sessionId)) return;
    if (!(await this.#removeIfEnded(sessionId))) {
      throw new BerthError('SESSION_NOT_RUNNING', `the unit of ${sessionId} is alive: its slot stays held`);
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

  /** Throws SLOT_EXHAUSTED for a session without a slot of the caller's. */
  async start(account: Account, unit: Omit<SharedUnit, 'account' | 'memoryBytes'>): Promise<void> {
    if (!unit.workingDirectory.startsWith('/') || unit.argv.length === 0) {
      throw new BerthError('ARGUMENT_INVALID', 'a unit needs a program and an absolute directory');
    }
    await this.#sessions.run([unit.sessionId], async () => {
      const slot = this.#own(account, unit.sessionId);
      if (!slot) throw new BerthError('SLOT_EXHAUSTED', `${unit.sessionId} holds no slot`);
      await this.#o.units.start({ ...unit, account, memoryBytes: slot.memoryBytes });
    });
  }

  /** Throws PERMISSION_DENIED where it runs as somebody else. */
  async end(account: Account, sessionId: string): Promise<void> {
    if (!isSessionId(sessionId)) throw new BerthError('ARGUMENT_INVALID', 'this is no session id');
    const owner = await this.#o.units.owner(sessionId);
    if (owner === null) return;
    if (owner !== account.name) {
      throw new BerthError('PERMISSION_DENIED', `the unit of ${sessionId} belongs to somebody else`);
    }
    await this.#o.units.kill(sessionId);
  }

  async #removeIfEnded(sessionId: string): Promise<boolean> {
    return await this.#sessions.run([sessionId], async () => {
      const ended = (await this.#o.units.owner(sessionId)) === null;
      if (ended) this.#o.store.remove(sessionId);
      return ended;
    });
  }

  #own({ uid }: Account, sessionId: string): HeldSlot | null {
    const slot = this.#o.store.find(sessionId);
    return slot?.uid === uid ? slot : null;
  }
}

function checked(slot: { sessionId: string; memoryBytes: number }) {
  if (!isSessionId(slot.sessionId)) throw new BerthError('ARGUMENT_INVALID', 'this is no session id');
  // Also a bound on how many slots one user can make.
  if (slot.memoryBytes < MIN_SLOT_BYTES) throw new BerthError('MEMORY_INVALID', 'the slot is too small');
  return slot;
}

function sum(slots: readonly HeldSlot[]): number {
  return slots.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
}
