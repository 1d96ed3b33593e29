/**
 * Finds what a program says to its terminal about wanting a person, in its raw output: BEL, OSC 9,
 * OSC 99, OSC 777 and OSC 133. Works on any chunking of the bytes: what a sequence means does not
 * depend on where a read ended. Reads what the program printed, never what a terminal repainted.
 */

/** `offset`: number of the byte after the sequence. Text is not cleaned. */
export type ScreenSignal = { readonly offset: number } & (
  | { readonly type: 'bell' }
  | { readonly type: 'notification'; readonly protocol: 9 | 99 | 777; readonly text: string }
  /** Marks of a shell with integration: a prompt stands, a command runs, a command ended. */
  | { readonly type: 'prompt' }
  | { readonly type: 'command' }
  | { readonly type: 'commandEnded'; readonly exitCode: number | null }
);

const [BEL, ESC, CAN, SUB] = [0x07, 0x1b, 0x18, 0x1a];
const BACKSLASH = 0x5c;
/** More of one sequence is not kept: no notification is that long. */
const MOST_KEPT = 4096;
/** A string that does not end within this many bytes was none. */
const LONGEST = 16 * 1024 * 1024;
/** Up to here a sequence that is not complete is read again by whoever goes on from `resumeAt`. */
const REREAD = 64 * 1024;

type Mode = 'ground' | 'escape' | 'csi' | 'osc' | 'dcs' | 'ignored';
/** What the byte after an ESC begins. */
const OPENS: ReadonlyMap<number, Mode> = new Map([
  [0x5b, 'csi'], // [
  [0x5d, 'osc'], // ]
  [0x50, 'dcs'], // P
  [0x58, 'ignored'], // X: SOS
  [0x5e, 'ignored'], // ^: PM
  [0x5f, 'ignored'], // _: APC
  [ESC, 'escape'],
]);

export class SignalScanner {
  #mode: Mode = 'ground';
  /** In a string: an ESC came, which may end it. */
  #escaped = false;
  #kept: number[] = [];
  #length = 0;
  #offset: number;
  /** Where the sequence that is not complete begins. */
  #began: number;
  readonly #kitty = new Map<string, string>();

  /** `offset`: number of the first byte that will be fed. */
  constructor(offset: number) {
    this.#offset = offset;
    this.#began = offset;
  }

  /** A new scanner that is fed from this byte on finds the rest. */
  get resumeAt(): number {
    const inside = this.#mode !== 'ground' && this.#offset - this.#began <= REREAD;
    return inside ? this.#began : this.#offset;
  }

  feed(data: Uint8Array): ScreenSignal[] {
    const found: ScreenSignal[] = [];
    const base = this.#offset;
    let index = 0;
    while (index < data.length) {
      if (this.#mode === 'ground') {
        index = nextControl(data, index);
        if (index >= data.length) break;
      }
      const byte = data[index] as number;
      index += 1;
      this.#offset = base + index;
      this.#take(byte, found);
    }
    this.#offset = base + data.length;
    return found;
  }

  #take(byte: number, found: ScreenSignal[]): void {
    switch (this.#mode) {
      case 'ground':
        if (byte === BEL) found.push({ type: 'bell', offset: this.#offset });
        else this.#begin('escape');
        return;
      case 'escape':
        this.#afterEscape(byte, found);
        return;
      case 'csi':
        // Control characters act in the middle of a sequence, as terminals have it.
        if (byte === BEL) found.push({ type: 'bell', offset: this.#offset });
        else if (byte === ESC) this.#begin('escape');
        else if (byte === CAN || byte === SUB || (byte >= 0x40 && byte <= 0x7e)) this.#mode = 'ground';
        return;
      default:
        this.#inString(byte, found);
    }
  }

  #begin(mode: Mode): void {
    if (mode === 'escape') this.#began = this.#offset - 1;
    this.#mode = mode;
    this.#escaped = false;
    this.#kept = [];
    this.#length = 0;
  }

  #afterEscape(byte: number, found: ScreenSignal[]): void {
    const mode = OPENS.get(byte);
    if (mode) this.#begin(mode);
    else if (byte === BEL) found.push({ type: 'bell', offset: this.#offset });
    // Intermediate bytes go on; anything else ends it.
    else if (byte < 0x20 || byte > 0x2f) this.#mode = 'ground';
  }

  #inString(byte: number, found: ScreenSignal[]): void {
    this.#length += 1;
    if (this.#length > LONGEST) {
      this.#mode = 'ground';
      return;
    }
    if (this.#escaped) this.#afterEscapeInString(byte, found);
    else if (byte === ESC) this.#escaped = true;
    else if (byte === CAN || byte === SUB) this.#mode = 'ground';
    else if (byte === BEL && this.#mode === 'osc') this.#end(found);
    else this.#keep(byte);
  }

  #afterEscapeInString(byte: number, found: ScreenSignal[]): void {
    this.#escaped = false;
    if (byte === BACKSLASH) this.#end(found);
    // tmux's passthrough doubles each ESC of what it carries.
    else if (byte === ESC && this.#mode === 'dcs') this.#keep(ESC);
    else {
      // Any other sequence cuts the string off.
      this.#began = this.#offset - 2;
      this.#mode = 'escape';
      this.#afterEscape(byte, found);
    }
  }

  #keep(byte: number): void {
    if (this.#mode !== 'ignored' && this.#kept.length < MOST_KEPT) this.#kept.push(byte);
  }

  #end(found: ScreenSignal[]): void {
    const [mode, kept] = [this.#mode, this.#kept];
    this.#mode = 'ground';
    this.#kept = [];
    const text = new TextDecoder().decode(Uint8Array.from(kept));
    if (mode === 'osc') {
      const signal = this.#command(text);
      if (signal) found.push(signal);
    } else if (mode === 'dcs' && text.startsWith('tmux;')) {
      const inner = new SignalScanner(0).feed(Uint8Array.from(kept.slice(5)));
      for (const signal of inner) found.push({ ...signal, offset: this.#offset });
    }
  }

  #command(text: string): ScreenSignal | null {
    const offset = this.#offset;
    const [code = '', ...rest] = text.split(';');
    switch (code) {
      case '9':
        // ConEmu's numbered commands, progress among them, are no notifications.
        if (/^\d{1,2}$/.test(rest[0] ?? '') && rest.length > 1) return null;
        return { type: 'notification', protocol: 9, text: rest.join(';'), offset };
      case '777':
        if (rest[0] !== 'notify') return null;
        return {
          type: 'notification',
          protocol: 777,
          text: rest.slice(1).filter(Boolean).join(': '),
          offset,
        };
      case '99': {
        const said = this.#kittyText(rest[0] ?? '', rest.slice(1).join(';'));
        return said === null ? null : { type: 'notification', protocol: 99, text: said, offset };
      }
      case '133':
        return shellMark(rest, offset);
      default:
        return null;
    }
  }

  /** Kitty's notifications may come in parts under one id; null until the last one, and for queries. */
  #kittyText(metadata: string, payload: string): string | null {
    const fields = new Map(metadata.split(':').map((pair) => [pair[0] ?? '', pair.slice(2)]));
    const part = fields.get('p') ?? 'title';
    if (part !== 'title' && part !== 'body') return null;
    const text = fields.get('e') === '1' ? fromBase64(payload) : payload;
    const id = fields.get('i') ?? '';
    const before = this.#kitty.get(id) ?? '';
    const joined = before && part === 'body' && !before.includes(': ') ? `${before}: ${text}` : before + text;
    if (fields.get('d') !== '0') {
      this.#kitty.delete(id);
      return joined;
    }
    // A program that never ends its notifications is no reason to keep them all.
    if (this.#kitty.size >= 16) this.#kitty.clear();
    this.#kitty.set(id, joined.slice(0, MOST_KEPT));
    return null;
  }
}

function shellMark([mark = '', code]: readonly string[], offset: number): ScreenSignal | null {
  switch (mark) {
    case 'A':
      return { type: 'prompt', offset };
    case 'C':
      return { type: 'command', offset };
    case 'D':
      return { type: 'commandEnded', exitCode: /^\d+$/.test(code ?? '') ? Number(code) : null, offset };
    default:
      return null;
  }
}

function fromBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

/** Index of the next BEL or ESC from here; the length where there is none. */
function nextControl(data: Uint8Array, from: number): number {
  for (let index = from; index < data.length; index++) {
    const byte = data[index] as number;
    if (byte === ESC || byte === BEL) return index;
  }
  return data.length;
}
