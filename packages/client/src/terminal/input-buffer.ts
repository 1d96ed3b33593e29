/**
 * Typed bytes, numbered from 0 and kept until the agent says it has typed them, so that a new
 * connection goes on exactly where the old one stopped: nothing lost, nothing doubled. Pure.
 */
export interface NumberedInput {
  readonly offset: number;
  readonly data: Uint8Array;
}

export class InputBuffer {
  #start = 0;
  #kept: Uint8Array = new Uint8Array(0);

  /** Number of the next byte that will be typed. */
  get end(): number {
    return this.#start + this.#kept.length;
  }

  get pendingBytes(): number {
    return this.#kept.length;
  }

  push(data: Uint8Array): NumberedInput {
    const offset = this.end;
    const grown = new Uint8Array(this.#kept.length + data.length);
    grown.set(this.#kept);
    grown.set(data, this.#kept.length);
    this.#kept = grown;
    return { offset, data };
  }

  /** All bytes below the offset have been typed. Stale and impossible numbers change nothing. */
  acknowledge(offset: number): void {
    if (offset <= this.#start || offset > this.end) return;
    this.#kept = this.#kept.subarray(offset - this.#start);
    this.#start = offset;
  }

  /** What a new connection has to send, given how far the agent got. */
  resume(inputOffset: number): NumberedInput | null {
    this.acknowledge(inputOffset);
    return this.#kept.length > 0 ? { offset: this.#start, data: this.#kept } : null;
  }
}
