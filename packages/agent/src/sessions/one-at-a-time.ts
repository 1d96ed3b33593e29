/** Work that must not overlap with other work of the same key; different keys do not wait for each other. */
export class OneAtATime {
  readonly #busy = new Map<string, Promise<void>>();

  /** Runs `work` once nobody else works under any of the keys. Empty keys stand for nothing. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const mine = keys.filter((key) => key !== '');
    for (let other = this.#anyOf(mine); other; other = this.#anyOf(mine)) await other;
    // From here to the entry in the map there is no await: nobody comes between.
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const key of mine) this.#busy.set(key, promise);
    try {
      return await work();
    } finally {
      for (const key of mine) this.#busy.delete(key);
      resolve();
    }
  }

  #anyOf(keys: readonly string[]): Promise<void> | undefined {
    return keys.map((key) => this.#busy.get(key)).find((busy) => busy !== undefined);
  }
}
