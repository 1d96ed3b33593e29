/** One reader of the journal that stays. */
export interface Follower extends Disposable {
  /** All that was committed so far has been handed over. */
  caughtUp(): void;
}

/**
 * Wake-ups for whoever reads the journal. A wake-up carries nothing: the reader reads the journal
 * again from its own number. Publishing follows commit, so what is not committed cannot be seen.
 */
export class Feed {
  readonly #waiting = new Set<() => void>();
  /** Since when each follower has had something to read; null: nothing. */
  readonly #behind = new Map<Follower, number | null>();
  readonly #now: () => number;

  /** `now` in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  publish(): void {
    const now = this.#now();
    for (const [follower, since] of this.#behind) this.#behind.set(follower, since ?? now);
    for (const wake of this.#waiting) wake();
  }

  /** Counts as behind from now on, until it has caught up. */
  follow(): Follower {
    const follower: Follower = {
      caughtUp: () => void this.#behind.set(follower, null),
      [Symbol.dispose]: () => void this.#behind.delete(follower),
    };
    this.#behind.set(follower, this.#now());
    return follower;
  }

  /** For how many ms the slowest follower has had something to read; 0 where none has. */
  lagMs(): number {
    const now = this.#now();
    return Math.max(0, ...[...this.#behind.values()].map((since) => (since === null ? 0 : now - since)));
  }

  /** Resolves at the next publish, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
