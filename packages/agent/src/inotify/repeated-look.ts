/** A look that is repeated while there is something to look at; the more it costs, the rarer. */
const EVERY_MS = 5000;
/** It rests this many times as long as it took. */
const REST = 20;

interface RepeatedLookOptions {
  /** Resolves with whether to look again. */
  readonly look: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export class RepeatedLook implements Disposable {
  readonly #options: RepeatedLookOptions;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #over = false;

  constructor(options: RepeatedLookOptions) {
    this.#options = options;
  }

  /** Looks some time from now, if it is not going to anyway. */
  start(ms = EVERY_MS): void {
    if (this.#timer || this.#looking || this.#over) return;
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    this.#timer = null;
    this.#looking = true;
    const began = performance.now();
    const again = await this.#options.look().catch((error: unknown) => {
      this.#options.onError(error);
      return true;
    });
    this.#looking = false;
    if (again) this.start(Math.max(EVERY_MS, REST * (performance.now() - began)));
  }

  [Symbol.dispose](): void {
    this.#over = true;
    clearTimeout(this.#timer ?? undefined);
  }
}
