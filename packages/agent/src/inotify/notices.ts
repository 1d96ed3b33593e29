/**
 * Finds out that the kernel dropped notices. It says so with a notice of its own (IN_Q_OVERFLOW),
 * which libuv throws away. But a queue only overflows while nobody reads it, and all that it
 * holds is then read in one turn of the event loop: as many notices as it has room for. A little
 * fewer are enough of a sign, since libuv leaves out those of watches that have ended since:
 * looking once too often costs little, once too seldom loses changes.
 */
import { readFileSync } from 'node:fs';

const SIGN = 0.75;

export class Notices {
  readonly #most: number;
  readonly #onOverflow: () => void;
  #inThisTurn = 0;

  /** `room`: notices that the kernel keeps for one reader. */
  constructor(options: { room: number; onOverflow: () => void }) {
    this.#most = options.room * SIGN;
    this.#onOverflow = options.onOverflow;
  }

  /** To be called for each notice, as it comes. */
  count(): void {
    // Immediates run right after the loop has read what there was.
    if (this.#inThisTurn === 0) setImmediate(() => this.#turned());
    this.#inThisTurn += 1;
  }

  #turned(): void {
    const many = this.#inThisTurn >= this.#most;
    this.#inThisTurn = 0;
    if (many) this.#onOverflow();
  }
}

/** fs.inotify.max_queued_events of this machine. */
export function roomForNotices(): number {
  return limit('max_queued_events', 16_384);
}

/** fs.inotify.max_user_watches, which all programs of the user share. */
export function watchesOfUser(): number {
  return limit('max_user_watches', 8192);
}

function limit(name: string, usual: number): number {
  try {
    return Number.parseInt(readFileSync(`/proc/sys/fs/inotify/${name}`, 'latin1'), 10) || usual;
  } catch {
    return usual;
  }
}
