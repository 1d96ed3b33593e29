/**
 * What a shallow repository says at the beginning of its push: where its history was cut. git's own
 * receive-pack takes that only from pushes of a single ref (its check of one command unlinks those
 * that come after it), so the lines are taken out, and the receiving repository is told in its file.
 */
import { Transform, type TransformCallback } from 'node:stream';

/** The four digits that begin a line of git's protocol. */
const LENGTH = 4;
const LINE = /^shallow ([0-9a-f]{40}|[0-9a-f]{64})\n?$/;
const MOST_IDS = 100_000;

/** Passes all but those lines on; `told` is done before anything is. */
export class ShallowLines extends Transform {
  readonly #told: (ids: readonly string[]) => Promise<void>;
  readonly #ids: string[] = [];
  #held: Buffer | null = Buffer.alloc(0);

  constructor(told: (ids: readonly string[]) => Promise<void>) {
    super();
    this.#told = told;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#held === null) {
      done(null, chunk);
      return;
    }
    this.#held = Buffer.concat([this.#held, chunk]);
    if (this.#linesFollow()) done();
    else this.#passOn(done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#held === null) done();
    else this.#passOn(done);
  }

  /** Takes whole lines off what is held; false once something else comes. */
  #linesFollow(): boolean {
    for (;;) {
      const held = this.#held ?? Buffer.alloc(0);
      if (held.length < LENGTH) return true;
      const length = Number.parseInt(held.toString('latin1', 0, LENGTH), 16);
      // Any other line is longer, or none at all.
      if (!(length > LENGTH && length <= LENGTH + 73)) return false;
      if (held.length < length) return true;
      const id = LINE.exec(held.toString('latin1', LENGTH, length))?.[1];
      if (id === undefined || this.#ids.length === MOST_IDS) return false;
      this.#ids.push(id);
      this.#held = held.subarray(length);
    }
  }

  #passOn(done: TransformCallback): void {
    const held = this.#held;
    this.#held = null;
    const told = this.#ids.length === 0 ? Promise.resolve() : this.#told(this.#ids);
    told.then(
      () => done(null, held),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
