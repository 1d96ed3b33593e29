/**
 * Lets those who wait in line for a slot begin, one after the other, as slots come free. Invariants:
 * - one at a time; who is next is decided again in the same synchronous step as it is committed;
 * - what the shared ledger granted to one that was not let in after all goes back;
 * - nothing is remembered here: the line is in the journal, and every look begins with it.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { isFinal } from '@berth/shared/domain/session-state';
import { admissible, hopeless, type Limits } from '../domain/queue.ts';
import type { Queued } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import type { SharedLedger } from './ledger-port.ts';
import type { Registry } from './registry.ts';
import type { Supervisor } from './supervisor.ts';

export interface QueueOptions extends Limits {
  readonly registry: Registry;
  readonly supervisor: Pick<Supervisor, 'wake'>;
  readonly files: Pick<SessionFiles, 'begun'>;
  readonly bootId: string;
  readonly now: () => number;
  /** The host lets nobody begin; those who wait stay. */
  readonly draining: () => boolean;
  /** Null where this agent is the only one on its host. */
  readonly sharedLedger: SharedLedger | null;
  readonly giveBack: (sessionId: string) => Promise<void>;
  readonly onProblem: (error: unknown) => void;
  /** A named point in the code, for tests that cause failures there. */
  readonly reached: (point: string) => Promise<void>;
}

/** Nobody tells when others of a shared host give a slot back, nor when a disk has room again. */
const AGAIN_MS = 1000;

export class Queue implements AsyncDisposable {
  readonly #o: QueueOptions;
  readonly #listener: Disposable;
  #state: 'before' | 'open' | 'closed' = 'before';
  #wanted = false;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: QueueOptions) {
    this.#o = options;
    this.#listener = options.registry.onChange(({ state }) => {
      if (state === 'queued' || isFinal(state)) this.wake();
    });
  }

  /** From now on, once files and journal were brought together. */
  begin(): void {
    this.#state = 'open';
    this.wake();
  }

  /** Looks whether somebody can begin. Never blocks, never throws. */
  wake(): void {
    if (this.#state !== 'open') return;
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // Woken after its last look, and before this.
      if (this.#wanted) this.wake();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'closed';
    this.#wanted = false;
    this.#listener[Symbol.dispose]();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      try {
        while (this.#state === 'open' && (await this.#admitNext())) {}
      } catch (error) {
        this.#o.onProblem(error);
        this.#again();
      }
    }
  }

  /** False where there is nothing to do before the next wake-up. */
  async #admitNext(): Promise<boolean> {
    const { registry, supervisor, files, bootId, giveBack, reached } = this.#o;
    if (this.#dropHopeless()) return true;
    const head = this.#next();
    if (!head) return false;
    // Laid out anew first, by its lane, whose record of it wakes this.
    if (head.bootId !== bootId || (await files.begun(head.id))) {
      supervisor.wake(head.id);
      return false;
    }
    if (!(await this.#granted(head))) {
      this.#again();
      return false;
    }
    await reached('queue.taken');
    if (this.#next()?.id !== head.id) {
      await giveBack(head.id);
      return true;
    }
    registry.apply(head.id, { type: 'admitted' });
    await reached('queue.admitted');
    supervisor.wake(head.id);
    return true;
  }

  #dropHopeless(): boolean {
    const { registry, supervisor, capacity, now } = this.#o;
    const session = hopeless(registry.all(), this.#o);
    if (!session) return false;
    const [needs, has] = [session.memoryBytes, capacity.capacityBytes].map(formatMemory);
    const detail = `it waited for a slot of ${needs}, and the host has ${has} for sessions in all now`;
    registry.apply(session.id, { type: 'startFailed', at: now(), detail });
    supervisor.wake(session.id);
    return true;
  }

  #next(): Queued | null {
    return this.#o.draining() ? null : admissible(this.#o.registry.all(), this.#o);
  }

  /** False where others hold what it needs. */
  async #granted(head: Queued): Promise<boolean> {
    try {
      await this.#o.sharedLedger?.take(head);
      return true;
    } catch (error) {
      if (error instanceof BerthError && error.reason === 'SLOT_EXHAUSTED') return false;
      void this.#o.giveBack(head.id);
      throw error;
    }
  }

  #again(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), AGAIN_MS);
    this.#timer.unref();
  }
}
