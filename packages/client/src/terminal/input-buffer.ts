/**
 * Typed bytes, numbered from 0 and kept until the agent says it has typed them, so that a new
 * connection goes on exactly where the old one stopped: nothing lost, nothing doubled. Pure.
 */
export interface NumberedInput {
  readonly offset: number;
  readonly data: Uint8Array;
}

export class InputBuffer {
  readonly #reports: 'dropped' | 'kept';
  #start = 0;
  #kept: Uint8Array = new Uint8Array(0);

  /**
   * `reports`: what becomes, on a new connection, of answers that the terminal itself gave on the one
   * before. They are kept where somebody else numbers the bytes, who could not know that some are gone.
   */
  constructor({ reports = 'dropped' }: { reports?: 'dropped' | 'kept' } = {}) {
    this.#reports = reports;
  }

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

  /**
   * Bytes that their sender has numbered itself: what of them is new. Null where nothing is, and where
   * they do not follow on what is here (`offset` beyond the end).
   */
  pushAt(offset: number, data: Uint8Array): NumberedInput | null {
    const known = this.end - offset;
    return known < 0 || known >= data.length ? null : this.push(data.subarray(known));
  }

  /** Goes on where another connection of the same terminal stopped, as the agent tells; before anything is typed. */
  begin(inputOffset: number): void {
    if (this.pendingBytes === 0) this.#start = Math.max(this.#start, inputOffset);
  }

  /** All bytes below the offset have been typed. Stale and impossible numbers change nothing. */
  acknowledge(offset: number): void {
    if (offset <= this.#start || offset > this.end) return;
    this.#kept = this.#kept.subarray(offset - this.#start);
    this.#start = offset;
  }

  /**
   * What a new connection has to send, given how far the agent got. What the terminal itself
   * answered to the program before is dropped: a new one asks anew, and would take it for typing.
   */
  resume(inputOffset: number): NumberedInput | null {
    this.acknowledge(inputOffset);
    if (this.#reports === 'dropped') this.#kept = withoutReports(this.#kept);
    return this.#kept.length > 0 ? { offset: this.#start, data: this.#kept } : null;
  }
}

/**
 * Answers of a terminal to questions of a program (ctlseqs of xterm): its attributes (CSI ? … c,
 * CSI > … c), its version (DCS > | … ST) and its colours (OSC 10 to 19 ; rgb:… ST).
 */
const REPORTS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what these sequences are made of
  /\x1b(?:\[[?>][\d;]*c|P>\|[^\x1b]*\x1b\\|\]1\d;rgb:[^\x07\x1b]*(?:\x07|\x1b\\))/g;

function withoutReports(data: Uint8Array): Uint8Array {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
  const rest = text.replaceAll(REPORTS, '');
  return rest.length < text.length ? Buffer.from(rest, 'latin1') : data;
}
