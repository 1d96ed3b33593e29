/** Pauses that end early when there is reason to look at once: the machine slept, or somebody asks. */

const TICK_MS = 1000;
/** The wall clock ran ahead of our timers by this much: nothing ran meanwhile. */
const SLEPT_MS = 4000;

export class Alarm implements Disposable {
  readonly #sleepers = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;

  constructor(now: () => number = Date.now) {
    let last = now();
    this.#timer = setInterval(() => {
      const passed = now() - last;
      last += passed;
      if (passed > TICK_MS + SLEPT_MS) this.ring();
    }, TICK_MS);
    this.#timer.unref();
  }

  /** Ends all pauses. */
  ring(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** Resolves after the time, when it rings, or when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#sleepers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
