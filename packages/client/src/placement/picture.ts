/** What is known of the hosts while sessions are placed on them: each that is placed changes it. */
import type { BerthError } from '@berth/shared/domain/berth-error';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { counted } from '../render/counted.ts';
import type { Candidate, Obstacle } from './obstacle.ts';

export class Picture {
  readonly #candidates: Map<string, Candidate>;

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = new Map(candidates.map((candidate) => [candidate.host.name, candidate]));
  }

  get candidates(): readonly Candidate[] {
    return [...this.#candidates.values()];
  }

  /** A slot goes there: whoever is placed next sees it held. */
  take(host: string, bytes: number): void {
    this.#ledger(host, { bytes, slots: 1 });
  }

  /** It came to nothing. */
  giveBack(host: string, bytes: number): void {
    this.#ledger(host, { bytes: -bytes, slots: -1 });
  }

  /** The host said no, and what it told with it goes before what was known. It is not asked again. */
  refused(host: string, error: BerthError): void {
    const candidate = this.#candidates.get(host);
    if (!candidate) return;
    const obstacle = refusal(error);
    if (error.reason !== 'SLOT_EXHAUSTED' || !candidate.snapshot) this.block(host, obstacle);
    else this.#candidates.set(host, { ...candidate, obstacle, snapshot: asTold(candidate.snapshot, error) });
  }

  /** One more waits in line there. */
  queued(host: string, bytes: number): void {
    const candidate = this.#candidates.get(host);
    if (!candidate?.snapshot) return;
    const { queue } = candidate.snapshot;
    const next = { ...queue, sessions: queue.sessions + 1, bytes: queue.bytes + bytes };
    this.#candidates.set(host, { ...candidate, snapshot: { ...candidate.snapshot, queue: next } });
  }

  /** Whatever the host told, it is passed over for this. */
  block(host: string, obstacle: Obstacle): void {
    const candidate = this.#candidates.get(host);
    if (candidate) this.#candidates.set(host, { ...candidate, obstacle });
  }

  #ledger(host: string, change: { bytes: number; slots: number }): void {
    const candidate = this.#candidates.get(host);
    if (!candidate?.snapshot) return;
    const { snapshot } = candidate;
    const { heldBytes, heldSlots } = snapshot.ledger;
    const ledger = {
      ...snapshot.ledger,
      heldBytes: heldBytes + change.bytes,
      heldSlots: heldSlots + change.slots,
    };
    const next: HostSnapshot = { ...snapshot, ledger };
    this.#candidates.set(host, { ...candidate, snapshot: next });
  }
}

function refusal(error: BerthError): Obstacle {
  const words = oneLine(error.message);
  switch (error.reason) {
    case 'SLOT_EXHAUSTED':
      return { ...slotRefusal(amountsOf(error), words), error };
    case 'HOST_DRAINING':
      return { kind: 'draining', words: 'it is draining', error };
    case 'DISK_QUOTA':
    case 'DISK_FULL':
      return { kind: 'disk', words, error };
    case 'VERSION_MISMATCH':
      return { kind: 'version', words, error };
    case 'PRESET_UNKNOWN':
    case 'PRESET_UNAVAILABLE':
      return { kind: 'preset', words, error };
    case 'HOST_UNREACHABLE':
    case 'AGENT_MISSING':
    case 'DEADLINE':
      return { kind: 'unreachable', words, error };
    default:
      return { kind: 'refused', words, error };
  }
}

interface Amounts {
  readonly requested: number;
  readonly free: number;
  readonly capacity: number;
  readonly slots: number;
  readonly queued: number;
}

/** NaN where the refusal does not tell. */
function amountsOf({ values }: BerthError): Amounts {
  const amount = (key: string) => Number(values[key] ?? Number.NaN);
  return {
    requested: amount('requested_bytes'),
    free: amount('free_bytes'),
    capacity: amount('capacity_bytes'),
    slots: amount('held_slots'),
    queued: amount('queued_sessions'),
  };
}

function slotRefusal({ requested, free, capacity, queued }: Amounts, words: string): Obstacle {
  if (requested > capacity) return { kind: 'too-small', words };
  if (queued > 0) return { kind: 'line', words: `${counted(queued, 'session')} in line there` };
  if (Number.isNaN(free + capacity)) return { kind: 'full', words };
  return { kind: 'full', words: `it is full: ${formatMemory(free)} of ${formatMemory(capacity)} free` };
}

/** The host as its refusal tells it. */
function asTold(snapshot: HostSnapshot, error: BerthError): HostSnapshot {
  const { free, capacity, slots, queued } = amountsOf(error);
  const next = Date.parse(error.values.next_free_at ?? '');
  const { ledger, queue } = snapshot;
  return {
    ...snapshot,
    ledger: {
      ...ledger,
      heldBytes: Number.isNaN(capacity - free) ? ledger.heldBytes : capacity - free,
      heldSlots: Number.isNaN(slots) ? ledger.heldSlots : slots,
    },
    queue: {
      ...queue,
      sessions: Number.isNaN(queued) ? queue.sessions : queued,
      nextFreeAt: Number.isNaN(next) ? queue.nextFreeAt : next,
    },
  };
}
