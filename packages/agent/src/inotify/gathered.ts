/** What changed in a tree since it was last told; a bounded number of names. */
import type { TreeChange } from '../sessions/ports.ts';

/** Names remembered until the next look; what is more is not named. */
export const MOST_NAMES = 20_000;

export class Gathered {
  #paths = new Set<string>();
  #incomplete = false;

  add(path: string): void {
    if (this.#paths.size < MOST_NAMES) this.#paths.add(path);
    else this.#incomplete = true;
  }

  /** More changed than could be named. */
  missed(): void {
    this.#incomplete = true;
  }

  /** All of it, once; null where there is nothing. */
  take(): TreeChange | null {
    const change = { paths: [...this.#paths], incomplete: this.#incomplete };
    this.#paths = new Set();
    this.#incomplete = false;
    return change.paths.length > 0 || change.incomplete ? change : null;
  }
}
