/** One transcript, looked through as it grows for what tells of attention. */
import { LAST_LINE_BYTES, lastLine } from '../domain/attention/last-line.ts';
import { type ScreenSignal, SignalScanner } from '../domain/attention/scanner.ts';
import type { TranscriptTap } from './ports.ts';

const READ_BYTES = 256 * 1024;
/** Read in one go, before others have their turn. */
const TURN_BYTES = 2 * 1024 * 1024;
/** One buffer for all: what is read is looked through before the next read. */
const buffer = Buffer.allocUnsafe(READ_BYTES);

/** `line`: the last line that was printed before it. */
export type Seen = ScreenSignal & { readonly line: string };

export class SessionScan implements Disposable {
  readonly #tap: TranscriptTap;
  readonly #marker: Uint8Array;
  readonly #scanner: SignalScanner;
  #scanned: number;
  /** The last bytes that were printed. */
  #tail: Uint8Array = new Uint8Array(0);

  /** `marker`: what ends the output, and is none of it. */
  constructor(tap: TranscriptTap, { from, marker }: { from: number; marker: Uint8Array }) {
    this.#tap = tap;
    this.#marker = marker;
    this.#scanner = new SignalScanner(from);
    this.#scanned = from;
  }

  /** The transcript has been looked through up to here. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Who goes on from here with a new scan misses nothing. */
  get resumeAt(): number {
    return this.#scanner.resumeAt;
  }

  /** What is new. `printed`: there was output. `more`: there is more than one turn's worth. */
  look(): { seen: readonly Seen[]; printed: boolean; more: boolean } {
    const seen: Seen[] = [];
    let read = 0;
    let printed = false;
    while (read < TURN_BYTES) {
      const bytes = this.#tap.read(this.#scanned, buffer);
      if (bytes === 0) break;
      const chunk = buffer.subarray(0, bytes);
      for (const signal of this.#scanner.feed(chunk)) {
        const before = chunk.subarray(0, signal.offset - this.#scanned);
        seen.push({ ...signal, line: lastLine(lastBytes(this.#tail, before)) });
      }
      this.#tail = lastBytes(this.#tail, chunk);
      this.#scanned += bytes;
      read += bytes;
      // Behind the marker nothing is the program's: tmux says that its pane is dead.
      printed ||= chunk.indexOf(this.#marker) !== 0;
    }
    return { seen, printed, more: read >= TURN_BYTES };
  }

  [Symbol.dispose](): void {
    this.#tap[Symbol.dispose]();
  }
}

/** The last bytes of both, in memory of their own. */
function lastBytes(tail: Uint8Array, chunk: Uint8Array): Uint8Array {
  const fromTail = Math.max(0, Math.min(tail.length, LAST_LINE_BYTES - chunk.length));
  return Buffer.concat([tail.subarray(tail.length - fromTail), chunk.subarray(-LAST_LINE_BYTES)]);
}
