/**
 * The slot ledger: how much memory a host may promise, and who holds it. Pure. What is held is
 * never kept apart from the sessions: it is the sum over those that hold a slot.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory, GIB, MIB } from '@berth/shared/domain/memory';
import { holdsSlot, type Session } from './session.ts';
import { neverLeftTheLine } from './session-queued.ts';

/** Amounts in bytes. */
export interface Capacity {
  readonly totalBytes: number;
  readonly reserveBytes: number;
  /** What all slots together may hold. */
  readonly capacityBytes: number;
  readonly defaultSlotBytes: number;
}

export interface Holdings {
  readonly heldBytes: number;
  readonly heldSlots: number;
  /** The earliest time at which a slot comes free for sure: a reservation or a timeout runs out. */
  readonly nextFreeAt: number | null;
  /** Those that wait in line for a slot. */
  readonly queuedSessions: number;
  readonly queuedBytes: number;
}

export type Admission = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

export interface Refusal extends Holdings {
  readonly requestedBytes: number;
  readonly freeBytes: number;
  readonly capacityBytes: number;
}

/** A machine sold with 32 GB has a little less: firmware and kernel take their part. */
const TIER_STEP = 32 * GIB;
const SMALLEST_OF_A_TIER = 28 * GIB;

/**
 * Capacity of a host. Unless configured otherwise the system (sshd, the agent, the kernel) keeps a
 * tenth of the memory, at least 512 MiB and at most 8 GiB, and what is left is divided: one slot
 * for each 32 GB that the machine was sold with, so 1, 2, 4, 8 on the tiers s, m, l, xl, and four
 * equal slots on one that is smaller. A slot is 32 GiB at most.
 */
export function capacityOf(
  totalBytes: number,
  configured: { capacityBytes?: number; reserveBytes?: number; defaultSlotBytes?: number; slots?: number },
): Capacity {
  const usual = Math.min(8 * GIB, Math.max(512 * MIB, Math.floor(totalBytes / 10)));
  const reserveBytes = Math.min(configured.reserveBytes ?? usual, totalBytes);
  const capacityBytes = configured.capacityBytes ?? totalBytes - reserveBytes;
  const sold = configured.capacityBytes ?? totalBytes;
  const tier = Math.max(1, Math.round(sold / TIER_STEP));
  const slots = configured.slots ?? (sold >= SMALLEST_OF_A_TIER ? tier : 4);
  const slot = Math.min(TIER_STEP, Math.floor(capacityBytes / slots));
  return { totalBytes, reserveBytes, capacityBytes, defaultSlotBytes: configured.defaultSlotBytes ?? slot };
}

/** What the sessions hold. A reservation holds until its expiry is recorded, not until its clock ran out. */
export function holdings(sessions: Iterable<Session>): Holdings {
  let heldBytes = 0;
  let heldSlots = 0;
  let nextFreeAt: number | null = null;
  let queuedSessions = 0;
  let queuedBytes = 0;
  for (const session of sessions) {
    if (session.state === 'queued') {
      queuedSessions += 1;
      queuedBytes += session.memoryBytes;
    }
    if (!holdsSlot(session)) continue;
    heldBytes += session.memoryBytes;
    heldSlots += 1;
    const free = freeAt(session);
    if (free !== null && (nextFreeAt === null || free < nextFreeAt)) nextFreeAt = free;
  }
  return { heldBytes, heldSlots, nextFreeAt, queuedSessions, queuedBytes };
}

/** The error that tells a refusal: what was wanted, what is there, and when more will be. `now` in ms. */
export function slotRefused(
  refusal: Refusal,
  { hostname, now }: { hostname: string; now: number },
): BerthError {
  const needed = formatMemory(refusal.requestedBytes);
  const values = {
    requested_bytes: String(refusal.requestedBytes),
    free_bytes: String(refusal.freeBytes),
    capacity_bytes: String(refusal.capacityBytes),
    held_slots: String(refusal.heldSlots),
    queued_sessions: String(refusal.queuedSessions),
    ...(refusal.nextFreeAt === null ? {} : { next_free_at: new Date(refusal.nextFreeAt).toISOString() }),
  };
  if (refusal.requestedBytes > refusal.capacityBytes) {
    const message = `no slot of ${needed} on ${hostname}: the host has ${formatMemory(refusal.capacityBytes)} for sessions in all`;
    return new BerthError('SLOT_EXHAUSTED', message, { values, hint: 'ask for less with --memory' });
  }
  if (refusal.queuedSessions > 0) {
    const wait = refusal.queuedSessions === 1 ? '1 session waits' : `${refusal.queuedSessions} sessions wait`;
    const message = `no slot of ${needed} on ${hostname}: ${wait} in line before it`;
    return new BerthError('SLOT_EXHAUSTED', message, { values, hint: 'wait in line as well, with --queue' });
  }
  const free = `${formatMemory(refusal.freeBytes)} of ${formatMemory(refusal.capacityBytes)} free`;
  const message = `no slot of ${needed} on ${hostname}: ${free}, ${refusal.heldSlots} sessions hold the rest`;
  const hint =
    refusal.nextFreeAt === null
      ? 'no session has a timeout, so none ends by itself for sure: end one with berth kill, or ask for less with --memory'
      : `a slot comes free in ${Math.max(1, Math.ceil((refusal.nextFreeAt - now) / 1000))} s at the latest; or ask for less with --memory`;
  return new BerthError('SLOT_EXHAUSTED', message, { values, hint });
}

/** The same for who comes now: nobody overtakes those who wait in line. */
export function admitNewcomer(capacity: Capacity, sessions: Iterable<Session>, bytes: number): Admission {
  const held = holdings(sessions);
  return held.queuedSessions > 0 ? refused(capacity, held, bytes) : admitBeside(capacity, held, bytes);
}

/** Whether a slot of `bytes` fits beside what sessions hold. */
export function admit(capacity: Capacity, sessions: Iterable<Session>, bytes: number): Admission {
  return admitBeside(capacity, holdings(sessions), bytes);
}

/** The same, beside what is known to be held. */
export function admitBeside(capacity: Capacity, held: Holdings, bytes: number): Admission {
  return held.heldBytes + bytes <= capacity.capacityBytes ? { ok: true } : refused(capacity, held, bytes);
}

function refused({ capacityBytes }: Capacity, held: Holdings, bytes: number): Admission {
  const freeBytes = Math.max(0, capacityBytes - held.heldBytes);
  return { ok: false, refusal: { ...held, requestedBytes: bytes, freeBytes, capacityBytes } };
}

function freeAt(session: Session): number | null {
  if (session.state === 'reserved') return session.reservedUntil;
  const lives = session.state === 'running' || session.state === 'suspended';
  if (lives && session.spec.timeoutMs !== null) {
    return session.startedAt + session.spec.timeoutMs;
  }
  return null;
}

/**
 * When the last session that held a slot let go of it, in ms since the epoch; null while one holds
 * one, and where none ever did.
 */
export function idleSince(sessions: Iterable<Session>): number | null {
  let last: number | null = null;
  for (const session of sessions) {
    if (holdsSlot(session)) return null;
    if (!('endedAt' in session) || ('exitCode' in session && neverLeftTheLine(session))) continue;
    last = Math.max(last ?? 0, session.endedAt);
  }
  return last;
}
