/** A connection to what a session listens on as a stream of Node's: each side ends by itself, and at the pace of its reader. */
import { Duplex } from 'node:stream';
import type { DialStream } from '../rpc/host-client.ts';

export class DialDuplex extends Duplex {
  readonly #dial: DialStream;
  readonly #stop: AbortController;
  #wanted: (() => void) | null = null;

  /** `stop` ends the dial. */
  constructor(dial: DialStream, stop: AbortController) {
    super({ allowHalfOpen: true });
    this.#dial = dial;
    this.#stop = stop;
    void this.#receive();
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

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop.abort();
    this.#wanted?.();
    done(error);
  }

  async #receive(): Promise<void> {
    try {
      for await (const message of this.#dial.messages) {
        if (this.destroyed) return;
        if (message.kind === 'end') break;
        if (message.kind === 'data' && !this.push(message.data)) await this.#more();
      }
      this.push(null);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
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
