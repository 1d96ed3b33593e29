/**
 * A host without a machine: an agent's ledger and its promises about request ids, for placement alone,
 * with links that break before or after a call is done.
 */

import type { HostConfig } from '../../packages/client/src/config/remotes.ts';
import type { AttemptPorts, PlacementClient } from '../../packages/client/src/placement/attempt.ts';
import type { Placement, PlacementPorts, Way } from '../../packages/client/src/placement/place.ts';
import type { HostClient } from '../../packages/client/src/rpc/host-client.ts';
import type { StartSession } from '../../packages/client/src/rpc/session-orders.ts';
import { BerthError } from '../../packages/shared/src/domain/berth-error.ts';
import type { HostSnapshot } from '../../packages/shared/src/domain/host-snapshot.ts';
import { GIB } from '../../packages/shared/src/domain/memory.ts';
import { BARE_SESSION, type SessionSnapshot } from '../../packages/shared/src/domain/session-snapshot.ts';
import type { SessionState } from '../../packages/shared/src/domain/session-state.ts';
import { VERSION } from '../../packages/shared/src/domain/version.ts';

/** `before`: the host hears nothing. `after`: it does what it is asked, and its answer is lost. */
export type LinkFault = 'none' | 'before' | 'after';
type Call = 'connect' | 'reserve' | 'release' | 'extend' | 'confirmSources' | 'start' | 'getSession';

export interface SimulatedOptions {
  readonly name: string;
  readonly slots?: number;
  readonly slotBytes?: number;
  readonly config?: Partial<HostConfig>;
  readonly over?: Partial<HostSnapshot>;
  /** Asked for each call. */
  readonly fault?: (call: Call) => LinkFault;
}

export class SimulatedHost {
  readonly config: HostConfig;
  readonly capacityBytes: number;
  readonly sessions = new Map<string, SessionSnapshot>();
  fault: (call: Call) => LinkFault;
  draining = false;
  heldBytes = 0;
  /** The most that was held at once. */
  peakBytes = 0;
  refusals = 0;
  readonly #slotBytes: number;
  readonly #over: Partial<HostSnapshot>;
  readonly #granted = new Map<string, { readonly id: string; readonly asked: string }>();
  #heldSlots = 0;
  /** In line. */
  queued = 0;

  constructor({ name, slots = 4, slotBytes = GIB, config = {}, over = {}, fault }: SimulatedOptions) {
    this.config = { name, kind: 'ssh', labels: {}, scope: 'user', enabled: true, ...config };
    this.#slotBytes = slotBytes;
    this.capacityBytes = slots * slotBytes;
    this.#over = over;
    this.fault = fault ?? (() => 'none');
  }

  get snapshot(): HostSnapshot {
    const ledger = {
      capacityBytes: this.capacityBytes,
      heldBytes: this.heldBytes,
      defaultSlotBytes: this.#slotBytes,
      memoryTotalBytes: this.capacityBytes,
      reserveBytes: 0,
      heldSlots: this.#heldSlots,
      heldByOthersBytes: 0,
    };
    const load = { cpus: 4, loadAverage: 0, memoryAvailableBytes: 0, diskTotalBytes: 0, diskFreeBytes: 0 };
    const queue = { sessions: this.queued, bytes: this.queued * this.#slotBytes, nextFreeAt: null };
    const known = { id: this.config.name, version: VERSION, presets: [], draining: this.draining };
    const disk = { quotaBytes: 0, usedBytes: 0 };
    return { ...known, ledger, load, queue, disk, idleSince: null, ...this.#over } as unknown as HostSnapshot;
  }

  /** Sessions that were started, by the prompt they were given. */
  startedWith(prompt: string): SessionSnapshot[] {
    return [...this.sessions.values()].filter(
      (session) => session.prompt === prompt && ['running', 'queued'].includes(session.state),
    );
  }

  stateCount(state: SessionState): number {
    return [...this.sessions.values()].filter((session) => session.state === state).length;
  }

  /** The time of all reservations runs out. */
  lapse(): void {
    for (const session of this.sessions.values()) if (session.state === 'reserved') this.#drop(session);
  }

  /** Throws where the link breaks on the way. */
  connect(): HostClient {
    if (this.fault('connect') !== 'none') throw this.#lost();
    const client: PlacementClient = {
      name: this.config.name,
      reserve: (order) =>
        this.#call('reserve', () => this.#once(order, () => this.#admit(order.memoryBytes))),
      release: ({ session }) => this.#call('release', () => this.#release(session)),
      extend: ({ session }) => this.#call('extend', () => this.#get(session)),
      confirmSources: () => this.#call('confirmSources', () => {}),
      start: (order) => this.#call('start', () => this.#once(order, () => this.#start(order))),
      getSession: (session) => this.#call('getSession', () => this.#get(session)),
    };
    return client as HostClient;
  }

  async #call<T>(call: Call, work: () => T): Promise<T> {
    await Promise.resolve();
    const fault = this.fault(call);
    if (fault === 'before') throw this.#lost();
    const answer = work();
    if (fault === 'after') throw this.#lost();
    return answer;
  }

  #once(order: { readonly requestId: string }, work: () => SessionSnapshot): SessionSnapshot {
    const asked = JSON.stringify(order);
    const granted = this.#granted.get(order.requestId);
    if (granted) {
      if (granted.asked !== asked) throw new BerthError('REQUEST_ID_REUSED', 'it was another request');
      return this.#get(granted.id);
    }
    const { id } = work();
    this.#granted.set(order.requestId, { id, asked });
    return this.#get(id);
  }

  #start(order: StartSession): SessionSnapshot {
    const { reservation, prompt, memoryBytes, queue = false } = order;
    if (reservation !== '') {
      const slot = this.#get(reservation);
      if (slot.state !== 'reserved') throw new BerthError('RESERVATION_EXPIRED', `it is ${slot.state}`);
      return this.#keep({ ...slot, state: 'running', prompt });
    }
    const full = this.heldBytes + (memoryBytes || this.#slotBytes) > this.capacityBytes;
    if (queue && (full || this.queued > 0)) {
      this.queued++;
      const id = this.#newId();
      const bare = { ...BARE_SESSION, id, createdAt: 0, prompt, queuePlace: this.queued };
      return this.#keep({ ...bare, state: 'queued' });
    }
    return this.#keep({ ...this.#admit(memoryBytes), state: 'running', prompt });
  }

  #admit(wanted: number): SessionSnapshot {
    const memoryBytes = wanted || this.#slotBytes;
    if (this.draining) throw this.#refuse('HOST_DRAINING');
    // Whoever waits came first.
    if (this.queued > 0 || this.heldBytes + memoryBytes > this.capacityBytes)
      throw this.#refuse('SLOT_EXHAUSTED', memoryBytes);
    this.heldBytes += memoryBytes;
    this.#heldSlots++;
    this.peakBytes = Math.max(this.peakBytes, this.heldBytes);
    const id = this.#newId();
    return this.#keep({ ...BARE_SESSION, id, createdAt: 0, state: 'reserved', memoryBytes });
  }

  #release(id: string): SessionSnapshot {
    const session = this.#get(id);
    if (session.state === 'reserved') return this.#drop(session);
    if (session.state === 'expired') return session;
    throw new BerthError('RESERVATION_EXPIRED', `it is ${session.state}`);
  }

  #drop(session: SessionSnapshot): SessionSnapshot {
    this.heldBytes -= session.memoryBytes;
    this.#heldSlots--;
    return this.#keep({ ...session, state: 'expired' });
  }

  #get(id: string): SessionSnapshot {
    const session = this.sessions.get(id);
    if (session) return session;
    throw new BerthError('SESSION_NOT_FOUND', `${this.config.name} has no ${id}`);
  }

  #keep(session: SessionSnapshot): SessionSnapshot {
    this.sessions.set(session.id, session);
    return session;
  }

  #newId(): string {
    return `${this.config.name}-${this.sessions.size}`;
  }

  #refuse(reason: 'HOST_DRAINING' | 'SLOT_EXHAUSTED', bytes = 0): BerthError {
    this.refusals++;
    const amounts = {
      free: this.capacityBytes - this.heldBytes,
      capacity: this.capacityBytes,
      requested: bytes,
    };
    const bytesOf = Object.fromEntries(
      Object.entries(amounts).map(([key, amount]) => [`${key}_bytes`, String(amount)]),
    );
    const values = { ...bytesOf, held_slots: `${this.#heldSlots}`, queued_sessions: `${this.queued}` };
    return new BerthError(reason, `${this.config.name} refused: ${reason}`, { values });
  }

  #lost(): BerthError {
    return new BerthError('HOST_UNREACHABLE', `the link to ${this.config.name} broke`);
  }
}

/** A client's way to them; `ways` may be shared by clients that come one after the other. */
export function simulatedPorts(
  hosts: readonly SimulatedHost[],
  options: { random: () => number; ways?: Map<string, Way> },
): PlacementPorts {
  const { random, ways = new Map<string, Way>() } = options;
  const find = ({ name }: HostConfig) => hosts.find((host) => host.config.name === name) as SimulatedHost;
  let ids = 0;
  const attempt: AttemptPorts = {
    newId: () => `id-${++ids}-${random()}`,
    holdMs: 60_000,
    every: () => ({ [Symbol.dispose]: () => {} }),
  };
  return {
    ...attempt,
    look: async (configs) => configs.map((host) => ({ host, snapshot: find(host).snapshot })),
    connect: async (host) => find(host).connect(),
    wentTo: (requestId) => ways.get(requestId) ?? null,
    goes: (requestId, way) => void ways.set(requestId, way),
    forget: (requestId) => void ways.delete(requestId),
    random,
    now: () => 0,
  };
}

/** A job with nothing but its prompt. */
export function promptJob(prompt: string, memoryBytes = 0): Parameters<Placement['start']>[0] {
  const work = { memoryBytes, name: '', prompt, preset: '', argv: [], tags: {}, env: {}, timeoutMs: null };
  return { requestId: `request-${prompt}`, work: { ...work, restartPolicy: 'never', columns: 80, rows: 24 } };
}

/** A source of random numbers that gives the same ones for a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
