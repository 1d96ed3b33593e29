/**
 * Output of a session made safe to print while it streams: text, newlines, lone carriage returns
 * and tabs stay, the carriage returns that a terminal puts before a newline go, colours too where wanted, every other escape sequence and control character goes.
 * Chunk boundaries do not matter: any split of the same bytes gives the same text.
 */

const ESC = 0x1b;
type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape';
/** A longer sequence is no colour. */
const LONGEST_SEQUENCE = 64;

export class Sanitizer {
  readonly #decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  readonly #colors: boolean;
  #state: State = 'text';
  #sequence = '';
  /** Carriage returns at the end of what was pushed last. */
  #held = '';

  constructor(options: { colors: boolean }) {
    this.#colors = options.colors;
  }

  push(data: Uint8Array): string {
    const text = this.#held + this.#clean(this.#decoder.decode(data, { stream: true }));
    // A newline may follow: then they go, else they come with what follows.
    this.#held = /\r*$/.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - this.#held.length).replace(/\r+\n/g, '\n');
  }

  /** What was held back for a boundary that never came. */
  end(): string {
    const text = this.#held + this.#clean(this.#decoder.decode());
    this.#held = '';
    return text.replace(/\r+\n/g, '\n');
  }

  #clean(text: string): string {
    let out = '';
    let from = -1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#state === 'text' && isPlain(code)) {
        if (from < 0) from = i;
        continue;
      }
      if (from >= 0) {
        out += text.slice(from, i);
        from = -1;
      }
      out += this.#step(code);
    }
    return from >= 0 ? out + text.slice(from) : out;
  }

  /** Takes one character that is not plain text, and returns what of it is printed. */
  #step(code: number): string {
    switch (this.#state) {
      case 'text':
        this.#begin(code);
        return '';
      case 'escape':
        this.#afterEscape(code);
        return '';
      case 'intermediate':
        if (code === ESC) this.#state = 'escape';
        else if (code < 0x20 || code > 0x2f) this.#state = 'text';
        return '';
      case 'csi':
        return this.#inCsi(code);
      case 'string':
        if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) this.#state = 'text';
        else if (code === ESC) this.#state = 'string-escape';
        return '';
      case 'string-escape':
        // ESC \ ends the string; any other ESC begins a new sequence.
        if (code === 0x5c) this.#state = 'text';
        else this.#afterEscape(code);
        return '';
    }
  }

  #begin(code: number): void {
    this.#sequence = '';
    if (code === ESC) this.#state = 'escape';
    else if (code === 0x9b) this.#state = 'csi';
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.#state = 'string';
  }

  #afterEscape(code: number): void {
    this.#sequence = '';
    if (code === 0x5b) this.#state = 'csi';
    else if (code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f) {
      this.#state = 'string';
    } else if (code === ESC) this.#state = 'escape';
    else this.#state = code >= 0x20 && code <= 0x2f ? 'intermediate' : 'text';
  }

  #inCsi(code: number): string {
    if (code === ESC) {
      this.#state = 'escape';
      return '';
    }
    if (code >= 0x20 && code <= 0x3f) {
      if (this.#sequence.length <= LONGEST_SEQUENCE) this.#sequence += String.fromCharCode(code);
      return '';
    }
    this.#state = 'text';
    const color = code === 0x6d && /^[\d;:]*$/.test(this.#sequence);
    if (!color || !this.#colors || this.#sequence.length > LONGEST_SEQUENCE) {
      return code === 0x0a || code === 0x0d ? String.fromCharCode(code) : '';
    }
    return `\u001b[${this.#sequence}m`;
  }
}

function isPlain(code: number): boolean {
  if (code === 0x0a || code === 0x0d || code === 0x09) return true;
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  if (code >= 0x2028 && code <= 0x202e) return false;
  return !(code >= 0x2066 && code <= 0x2069) && code !== 0xfeff;
}
