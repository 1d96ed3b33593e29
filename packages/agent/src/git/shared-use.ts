/** Many may use a thing at once; tidying it up is done alone. Nobody waits but for a tidying. */
export class SharedUse {
  #users = 0;
  #alone: Promise<void> | null = null;

  async share<T>(work: () => Promise<T>): Promise<T> {
    // How it went is told to whoever tidies.
    while (this.#alone) await this.#alone.catch(() => {});
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
    }
  }

  /** Runs it unless somebody uses the thing: whoever is last tries again. */
  async alone(work: () => Promise<void>): Promise<void> {
    if (this.#users > 0 || this.#alone) return;
    this.#alone = work().finally(() => {
      this.#alone = null;
    });
    await this.#alone;
  }
}
