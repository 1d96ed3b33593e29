/**
 * Wake-ups for whoever reads the journal. A wake-up carries nothing: the reader reads the journal
 * again from its own number. Publishing follows commit, so what is not committed cannot be seen.
 */
export class Feed {
  readonly #waiting = new Set<() => void>();

  publish(): void {
    for (const wake of this.#waiting) wake();
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
