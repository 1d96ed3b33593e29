/** A connection to what a session listens on as a stream of Node's, each side at the pace of its reader. */
import { Duplex } from 'node:stream';
import type { DialStream } from '../rpc/host-client.ts';

/** What the other side has for its own end, once this one has left; and what it may still send. */
const LEAVE_MS = 2000;
const LEAVE_BYTES = 1024 * 1024;

export class DialDuplex extends Duplex {
  readonly #dial: DialStream;
  readonly #stop: AbortController;
  #wanted: (() => void) | null = null;
  /** Nothing comes any more. */
  #received = false;

  /** `stop` ends the dial. `allowHalfOpen`: each side ends by itself; else the end of the other one is all. */
  constructor(dial: DialStream, stop: AbortController, { allowHalfOpen = true } = {}) {
    super({ allowHalfOpen });
    this.#dial = dial;
    this.#stop = stop;
    // Who uses it hears of it, too. Between two that do nobody listens, and it must not end the process.
    this.on('error', () => {});
    void this.#receive();
  }

  /** What agents of HTTP ask of a socket that they use again. */
  ref(): this {
    return this;
  }

  override _read(): void {
    this.#wanted?.();
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#dial.write(data).then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.#dial.end();
    done();
  }

  /** Who leaves says so: an editor waits for hours for pages that lost their way without a word. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (error || this.#received) this.#stop.abort();
    else {
      this.#dial.end();
      const late = setTimeout(() => this.#stop.abort(), LEAVE_MS).unref();
      this.#stop.signal.addEventListener('abort', () => clearTimeout(late));
    }
    this.#wanted?.();
    done(error);
  }

  async #receive(): Promise<void> {
    let late = 0;
    try {
      for await (const message of this.#dial.messages) {
        if (message.kind === 'end') break;
        if (message.kind !== 'data') continue;
        if (this.destroyed) late += message.data.length;
        else if (!this.push(message.data)) await this.#more();
        if (late > LEAVE_BYTES) break;
      }
      if (!this.destroyed) this.push(null);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#received = true;
      if (this.destroyed) this.#stop.abort();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = () => {
        this.#wanted = null;
        resolve();
      };
    });
  }
}
