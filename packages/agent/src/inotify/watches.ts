/**
 * The watches of the agent on single directories. libuv has one inotify instance for them all;
 * what is counted here is what the user's limits are spent on.
 */
import { type FSWatcher, watch as watchDirectory } from 'node:fs';
import type { Notices } from './notices.ts';

/** `none`: the kernel has no watch left to give. `gone`: there is no such directory that may be watched. */
export type Opened = Disposable | 'none' | 'gone';

export type OnNotice = (kind: 'rename' | 'change', name: string | null) => void;

export class Watches {
  readonly #notices: Notices;
  #open = 0;
  #polled = 0;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  get open(): number {
    return this.#open;
  }

  get polled(): number {
    return this.#polled;
  }

  add(directory: string, onNotice: OnNotice): Opened {
    let watcher: FSWatcher;
    try {
      watcher = watchDirectory(directory, { persistent: false }, (kind, name) => {
        this.#notices.count();
        onNotice(kind === 'change' ? 'change' : 'rename', name);
      });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      return ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code) ? 'none' : 'gone';
    }
    // A directory that vanishes ends its watch; whoever asked finds out by looking.
    watcher.on('error', () => onNotice('rename', null));
    this.#open += 1;
    return this.#counted(() => {
      this.#open -= 1;
      watcher.close();
    });
  }

  /** Counts a directory that is looked at in intervals for want of a watch, until disposed. */
  poll(): Disposable {
    this.#polled += 1;
    return this.#counted(() => {
      this.#polled -= 1;
    });
  }

  #counted(end: () => void): Disposable {
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (open) end();
        open = false;
      },
    };
  }
}
