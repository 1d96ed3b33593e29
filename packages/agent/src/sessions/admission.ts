/**
 * Who gets a slot of the host, of those that come now. From reading the ledger to the commit
 * everything is synchronous. Nobody overtakes those who wait in line: see queue.ts.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { admitNewcomer, type Capacity, slotRefused } from '../domain/ledger.ts';
import { nextTicket } from '../domain/queue.ts';
import { type Begun, holdsSlot, type Queued, type Reserved } from '../domain/session.ts';
import type { GrantedRequest } from './journal-port.ts';
import type { SharedLedger } from './ledger-port.ts';
import type { Registry } from './registry.ts';

export interface AdmissionOptions {
  readonly registry: Registry;
  readonly capacity: Capacity;
  readonly hostname: string;
  readonly now: () => number;
  readonly newId: () => string;
  /** The host takes no new sessions. */
  readonly draining: () => boolean;
  /** Most sessions that may hold a slot at once; null: as many as fit. */
  readonly maxSessions: number | null;
  /** Throws DISK_QUOTA where sessions take as much of the disk as they may. */
  readonly checkDisk: () => void;
  /** Null where this agent is the only one on its host. */
  readonly sharedLedger: SharedLedger | null;
  /** Where a slot goes that came to nothing. */
  readonly giveBack: (sessionId: string) => Promise<void>;
  /** A named point in the code, for tests that cause failures there. */
  readonly reached: (point: string) => Promise<void>;
}

export class Admission {
  readonly #o: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#o = options;
  }

  /** A session that is new here, not committed. Throws what waiting in line would not help against. */
  candidate(order: { name: string; memoryBytes: number; ttlMs: number }): Reserved {
    const { capacity, now, newId } = this.#o;
    const at = now();
    const session: Reserved = {
      id: newId(),
      name: order.name,
      incarnation: 1,
      createdAt: at,
      memoryBytes: order.memoryBytes || capacity.defaultSlotBytes,
      state: 'reserved',
      reservedUntil: at + order.ttlMs,
    };
    this.#refuseUnfit(session);
    return session;
  }

  /** Why there is no slot for it now; null: there is one. */
  full(session: Reserved): BerthError | null {
    const { registry, capacity, hostname, maxSessions, now } = this.#o;
    const others = [...registry.all()];
    if (maxSessions !== null && others.filter(holdsSlot).length >= maxSessions) {
      const message = `no more sessions on ${hostname}: ${maxSessions} are allowed, and as many are there`;
      return new BerthError('QUOTA_EXCEEDED', message, { values: { limit: String(maxSessions) } });
    }
    const admission = admitNewcomer(capacity, others, session.memoryBytes);
    return admission.ok ? null : slotRefused(admission.refusal, { hostname, now: now() });
  }

  /** Commits it in a slot of its own. */
  async take(session: Reserved, commit: () => void): Promise<void> {
    const { sharedLedger, giveBack, reached } = this.#o;
    try {
      // Asked before a slot of others' is taken for what is refused here.
      this.#refuseFull(session);
      await sharedLedger?.take(session);
      await reached('slot.taken');
      this.#refuseUnfit(session);
      this.#refuseFull(session);
      commit();
    } catch (error) {
      const tried = giveBack(session.id);
      // Where the ledger did not answer it may have granted the slot; the caller has waited enough.
      if (!(error instanceof BerthError && error.reason === 'LEDGER_UNREACHABLE')) await tried;
      throw error;
    }
  }

  /** Commits it at the end of the line. */
  enqueue(
    session: Reserved,
    begun: { readonly spec: Begun['spec']; readonly bootId: string },
    request: GrantedRequest,
  ): Queued {
    const { registry, now } = this.#o;
    this.#refuseUnfit(session);
    const queued = inLine(session, { ...begun, at: now(), ticket: nextTicket(registry.all()) });
    registry.insert(queued, request);
    return queued;
  }

  #refuseUnfit({ id, name, memoryBytes }: Reserved): void {
    const { registry, capacity, hostname, draining, checkDisk, now } = this.#o;
    if (draining())
      throw new BerthError('HOST_DRAINING', `${hostname} takes no new sessions: it is draining`);
    checkDisk();
    registry.refuseTaken(name, id, hostname);
    if (memoryBytes <= capacity.capacityBytes) return;
    const admission = admitNewcomer(capacity, registry.all(), memoryBytes);
    if (!admission.ok) throw slotRefused(admission.refusal, { hostname, now: now() });
  }

  #refuseFull(session: Reserved): void {
    const full = this.full(session);
    if (full) throw full;
  }
}

/** True of the errors that waiting in line helps against. */
export function isFull(error: unknown): boolean {
  return error instanceof BerthError && ['SLOT_EXHAUSTED', 'QUOTA_EXCEEDED'].includes(error.reason);
}

/** The session as it waits in line. */
export function inLine(
  reserved: Reserved,
  begun: {
    readonly spec: Begun['spec'];
    readonly bootId: string;
    readonly at: number;
    readonly ticket: number;
  },
): Queued {
  const { state: _state, reservedUntil: _until, ...identity } = reserved;
  const { spec, bootId, at, ticket } = begun;
  return { ...identity, state: 'queued', spec, bootId, queuedAt: at, ticket };
}
