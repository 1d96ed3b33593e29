/**
 * Telling what a person types from what a terminal sends by itself: focus and mouse reports, and
 * its answers to the questions of programs (ctlseqs of xterm, kitty's protocols). Pure.
 */

const ESC = 0x1b;
const BEL = 0x07;
/** The longest answer that a terminal gives (a clipboard); anything longer is somebody's paste. */
const LONGEST_ANSWER = 1024 * 1024;

/** One chunk by itself. */
export function isTyping(data: Uint8Array): boolean {
  return new TypingDetector().push(data);
}

type State =
  | 'text'
  | 'escape'
  | 'csi'
  /** The three bytes of a mouse report in its oldest form. */
  | 'mouse'
  | 'string'
  | 'string-escape'
  /** After ESC O: one key follows. */
  | 'key';

/**
 * The input of one terminal, in chunks: a report may be split anywhere. An Esc that comes alone is
 * a key, at once: a person who says no must not wait for the next key to be believed. A report that
 * was split right behind its first byte is taken for one, therefore.
 */
export class TypingDetector {
  #state: State = 'text';
  /** Of the sequence: parameters of a CSI, or the beginning of a string. */
  #seen = '';
  #introducer = 0;
  #length = 0;
  /** The Esc that may begin something has been called a key already. */
  #escapeTold = false;

  /** True if a person had a hand in any of it. */
  push(data: Uint8Array): boolean {
    const alone = data.length === 1 && data[0] === ESC && this.#state === 'text';
    let typed = alone;
    for (const byte of data) if (this.#take(byte)) typed = true;
    this.#escapeTold = alone;
    return typed;
  }

  /** True if the byte shows that a person typed. */
  #take(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        if (byte === ESC) this.#state = 'escape';
        return byte !== ESC;
      case 'escape':
        return this.#afterEscape(byte);
      case 'csi':
        return this.#inCsi(byte);
      case 'mouse':
        if (--this.#length === 0) this.#state = 'text';
        return false;
      case 'string':
        return this.#inString(byte);
      case 'string-escape':
        this.#state = byte === 0x5c ? 'text' : 'escape';
        return byte === 0x5c ? false : this.#afterEscape(byte);
      case 'key':
        this.#state = 'text';
        return true;
    }
  }

  #afterEscape(byte: number): boolean {
    this.#seen = '';
    this.#introducer = byte;
    this.#length = 0;
    switch (String.fromCharCode(byte)) {
      case '[':
        this.#state = 'csi';
        return false;
      case 'O':
        this.#state = 'key';
        return false;
      case ']':
      case 'P':
      case '_':
        this.#state = 'string';
        return false;
      case '\u001b':
        // The first was a key, the second may begin something.
        return !this.#escapeTold;
      default:
        // Alt and a key.
        this.#state = 'text';
        return true;
    }
  }

  #inCsi(byte: number): boolean {
    if (byte >= 0x20 && byte <= 0x3f && this.#seen.length < 64) {
      this.#seen += String.fromCharCode(byte);
      return false;
    }
    this.#state = byte === ESC ? 'escape' : 'text';
    if (byte === 0x4d && this.#seen === '') {
      this.#state = 'mouse';
      this.#length = 3;
      return false;
    }
    return !isReport(this.#seen, String.fromCharCode(byte));
  }

  #inString(byte: number): boolean {
    if (byte === ESC) {
      this.#state = 'string-escape';
      return false;
    }
    if (byte === BEL) {
      this.#state = 'text';
      return false;
    }
    this.#length++;
    if (this.#seen.length < 8) this.#seen += String.fromCharCode(byte);
    const answer =
      byte >= 0x20 && this.#length <= LONGEST_ANSWER && beginsAnswer(this.#introducer, this.#seen);
    // Alt-] and the like begin as an answer does, and go on as typing.
    if (!answer) this.#state = 'text';
    return !answer;
  }
}

/** Whether a CSI with these parameters and this last byte is a terminal's own; no key sends one of these. */
function isReport(parameters: string, final: string): boolean {
  // Attributes, modes, keyboard flags, colour scheme, mouse (SGR).
  if (/^[?>=<]/.test(parameters)) return true;
  switch (final) {
    case 'I':
    case 'O':
      return parameters === '';
    case 'R':
      return /^\d+;\d+$/.test(parameters);
    case 'M':
      return /^\d+;\d+;\d+$/.test(parameters);
    case 'y':
      return parameters.endsWith('$');
    case 'c':
    case 'n':
    case 't':
      return parameters !== '';
    default:
      return false;
  }
}

/** Whether a string may be an answer: OSC with a number, DCS with parameters, APC of graphics. */
function beginsAnswer(introducer: number, seen: string): boolean {
  switch (String.fromCharCode(introducer)) {
    case ']':
      return /^\d+(?:;|$)/.test(seen);
    case 'P':
      return /^[\d;>!+$?]/.test(seen);
    default:
      return seen.startsWith('G');
  }
}
