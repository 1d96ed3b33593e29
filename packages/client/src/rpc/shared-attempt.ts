/** One attempt at something that several wait for: each may leave, and it is given up once nobody waits. */
export class SharedAttempt<T> {
  /** Of who waits for as long as it takes. */
  readonly result: Promise<T>;
  readonly #nobody = new AbortController();
  #waiting = 0;
  #settled = false;

  /** The signal aborts while the work goes on for nobody. */
  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.result = work(this.#nobody.signal);
    const settled = () => {
      this.#settled = true;
    };
    this.result.then(settled, settled);
  }

  /** Who comes now comes too late. */
  get givenUp(): boolean {
    return this.#nobody.signal.aborted;
  }

  /** Rejects as the work does, and with the signal's reason once that aborts. */
  async wait(signal?: AbortSignal): Promise<T> {
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    this.#waiting++;
    try {
      return await Promise.race([this.result, left.promise]);
    } finally {
      signal?.removeEventListener('abort', leave);
      this.#waiting--;
      if (this.#waiting === 0 && !this.#settled) this.#nobody.abort();
    }
  }
}
