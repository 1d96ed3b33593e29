/**
 * Bytes typed into one terminal, until the host has them. Each byte has its offset among all typed
 * under one attach id; what was sent and not acknowledged is sent again after a break, from where
 * the other side says that it stands: nothing is typed twice. No I/O.
 */

const CHUNK = 32 * 1024;
/** On their way at most, unacknowledged. */
const WINDOW = 256 * 1024;
const OFFSET_BYTES = 8;

export class TypedBytes {
  /** From the first that is not acknowledged on. */
  #chunks: Uint8Array[] = [];
  #acknowledged = 0;
  #sent = 0;
  #end = 0;
  #connected = false;

  /** Offset behind the last typed byte. */
  get end(): number {
    return this.#end;
  }

  get unacknowledged(): number {
    return this.#end - this.#acknowledged;
  }

  type(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#end += bytes.length;
  }

  /**
   * The way is open and the other side stands at `offset`. Returns how many bytes nobody knows the
   * fate of: the other side has forgotten what it had, and they are not typed again.
   */
  opened(offset: number): number {
    this.#connected = true;
    if (offset >= this.#acknowledged && offset <= this.#end) {
      this.acknowledged(offset);
      this.#sent = offset;
      return 0;
    }
    const lost = this.#sent > this.#acknowledged ? this.#sent - this.#acknowledged : 0;
    this.#drop(lost);
    const waiting = this.#end - this.#acknowledged - lost;
    this.#acknowledged = offset;
    this.#sent = offset;
    this.#end = offset + waiting;
    return lost;
  }

  /** Nothing is sent until it is open again. */
  closed(): void {
    this.#connected = false;
  }

  acknowledged(offset: number): void {
    if (offset <= this.#acknowledged || offset > this.#end) return;
    this.#drop(offset - this.#acknowledged);
    this.#acknowledged = offset;
    this.#sent = Math.max(this.#sent, offset);
  }

  /** The next message to send: its offset in 8 bytes, big-endian, and bytes; null: nothing now. */
  next(): Uint8Array<ArrayBuffer> | null {
    const room = Math.min(CHUNK, this.#acknowledged + WINDOW - this.#sent, this.#end - this.#sent);
    if (!this.#connected || room <= 0) return null;
    const message = new Uint8Array(OFFSET_BYTES + room);
    new DataView(message.buffer).setBigUint64(0, BigInt(this.#sent));
    this.#copy(this.#sent - this.#acknowledged, message.subarray(OFFSET_BYTES));
    this.#sent += room;
    return message;
  }

  #copy(from: number, into: Uint8Array): void {
    let [at, filled] = [0, 0];
    for (const chunk of this.#chunks) {
      const start = Math.max(0, from - at);
      if (start < chunk.length) {
        const part = chunk.subarray(start, start + into.length - filled);
        into.set(part, filled);
        filled += part.length;
        if (filled === into.length) return;
      }
      at += chunk.length;
    }
  }

  #drop(count: number): void {
    let left = count;
    let whole = 0;
    for (const chunk of this.#chunks) {
      if (chunk.length > left) break;
      left -= chunk.length;
      whole++;
    }
    this.#chunks.splice(0, whole);
    const first = this.#chunks[0];
    if (left > 0 && first) this.#chunks[0] = first.subarray(left);
  }
}
