/**
 * When to try again what broke: soon, then ever less, and at once when there is reason to hope: the
 * machine woke up, the network is back, somebody looks at the page again.
 */
import { retryDelay, slept } from '../state/link-state.ts';

const TICK_MS = 2000;
const HIDDEN_TICK_MS = 60_000;

export class Retrying {
  readonly #open: () => void;
  readonly #stop = new AbortController();
  #failures = 0;
  #timer = 0;
  #waiting = false;
  #tickedAt = Date.now();

  /** `woke`: the machine slept: what looks open may be dead. */
  constructor({ open, woke }: { open: () => void; woke: () => void }) {
    this.#open = open;
    const { signal } = this.#stop;
    window.addEventListener('online', () => this.hurry(), { signal });
    // Hidden pages are ticked less often, up to the tick after they are seen again: that is no sleep.
    let hidden = document.hidden;
    document.addEventListener(
      'visibilitychange',
      () => {
        hidden = true;
        if (!document.hidden) this.hurry();
      },
      { signal },
    );
    const ticker = window.setInterval(() => {
      const now = Date.now();
      if (slept(hidden ? HIDDEN_TICK_MS : TICK_MS, now - this.#tickedAt)) woke();
      this.#tickedAt = now;
      hidden = document.hidden;
    }, TICK_MS);
    signal.addEventListener('abort', () => window.clearInterval(ticker));
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    if (this.#waiting || this.#stop.signal.aborted) return;
    this.#waiting = true;
    this.#failures++;
    this.#timer = window.setTimeout(() => this.#now(), retryDelay(this.#failures, Math.random()));
  }

  /** Where it waits it waits no longer. */
  hurry(): void {
    if (!this.#waiting) return;
    this.#failures = 0;
    this.#now();
  }

  #now(): void {
    window.clearTimeout(this.#timer);
    this.#waiting = false;
    if (!this.#stop.signal.aborted) this.#open();
  }

  stop(): void {
    window.clearTimeout(this.#timer);
    this.#stop.abort();
  }
}
