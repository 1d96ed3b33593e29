/** Detach keys: how they are written, and finding them among typed bytes. Pure. */

/** `ctrl-b d`, `ctrl-p,ctrl-q`: keys apart by spaces or commas; null if it is no such list. */
export function parseKeys(text: string): Uint8Array | null {
  const bytes: number[] = [];
  for (const word of text.trim().split(/[\s,]+/)) {
    const control = /^(?:ctrl|c|\^)-?(.)$/i.exec(word);
    if (control?.[1] && word.length > 1) {
      const code = control[1].toUpperCase().charCodeAt(0);
      if (code < 0x40 || code > 0x5f) return null;
      bytes.push(code & 0x1f);
    } else if (/^[\x21-\x7e]$/.test(word)) bytes.push(word.charCodeAt(0));
    else if (/^esc(ape)?$/i.test(word)) bytes.push(0x1b);
    else return null;
  }
  return bytes.length > 0 && bytes.length <= 8 ? Uint8Array.from(bytes) : null;
}

export interface Typed {
  /** What goes on to the session. */
  readonly forward: Uint8Array;
  readonly detach: boolean;
}

/**
 * Watches typed bytes for a sequence of keys. A part of the sequence is held back until it
 * completes (then it is swallowed, with everything after it) or fails to (then it goes on).
 */
export class KeyMatcher {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  push(data: Uint8Array): Typed {
    const forward: number[] = [];
    for (const byte of data) {
      if (this.#take(byte, forward) === this.#keys.length) {
        this.#matched = 0;
        return { forward: Uint8Array.from(forward), detach: true };
      }
    }
    return { forward: Uint8Array.from(forward), detach: false };
  }

  /** The length matched now; bytes that can no longer be part of a match are forwarded. */
  #take(byte: number, forward: number[]): number {
    const seen = [...this.#keys.subarray(0, this.#matched), byte];
    let keep = seen.length;
    while (keep > 0 && !this.#beginsWith(seen.slice(seen.length - keep))) keep--;
    forward.push(...seen.slice(0, seen.length - keep));
    this.#matched = keep;
    return keep;
  }

  #beginsWith(part: readonly number[]): boolean {
    return part.every((byte, i) => byte === this.#keys[i]);
  }
}
