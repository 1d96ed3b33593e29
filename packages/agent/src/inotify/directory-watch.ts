/** One directory, through whatever becomes of it: while there is no watch on it, it is looked at in intervals. */
import path from 'node:path';
import { stampOf } from './stamp.ts';
import type { Watches } from './watches.ts';

const POLL_MS = 1000;

export interface DirectoryWatchOptions {
  readonly directory: string;
  readonly watches: Watches;
  readonly onChange: (fileName: string | null) => void;
  /** Called when the kernel refuses a watch. */
  readonly degrade: () => void;
}

export class DirectoryWatch implements Disposable {
  readonly #options: DirectoryWatchOptions;
  #watch: Disposable | null = null;
  /** Only what the kernel refuses is counted; a directory may come when it likes. */
  #polled: Disposable | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stamp = '';

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
    this.#open();
  }

  #open(): void {
    const { directory, watches, onChange, degrade } = this.#options;
    this.#watch?.[Symbol.dispose]();
    this.#watch = null;
    const opened = watches.add(directory, (kind, name) => {
      // Its own end comes under its own name.
      if (kind === 'rename' && name === path.basename(directory)) this.#open();
      onChange(name);
    });
    if (opened === 'none') {
      this.#polled ??= watches.poll();
      degrade();
    } else {
      this.#polled?.[Symbol.dispose]();
      this.#polled = null;
    }
    if (typeof opened === 'object') {
      this.#watch = opened;
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    } else if (!this.#timer) {
      this.#stamp = stampOf(directory);
      this.#timer = setInterval(() => this.#look(), POLL_MS);
      this.#timer.unref();
    }
  }

  #look(): void {
    this.#open();
    const stamp = stampOf(this.#options.directory);
    if (this.#watch || stamp !== this.#stamp) this.#options.onChange(null);
    this.#stamp = stamp;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer ?? undefined);
    this.#watch?.[Symbol.dispose]();
    this.#polled?.[Symbol.dispose]();
  }
}
