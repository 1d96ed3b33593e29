/**
 * Standard input for Ink, key by key. Ink takes what was read at once for one key; a person who
 * types fast, or a slow link, sends several. Ink would also make text of the stream for good, and
 * an attached session wants bytes: this stands between, and steps aside.
 */
import { PassThrough } from 'node:stream';
import type { Console } from '../render/console.ts';

/** An escape sequence, or one character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const KEYS = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])|[\s\S]/gu;

export class KeyInput extends PassThrough {
  readonly isTTY = true;
  readonly #stdin: Console['stdin'];
  readonly #queue: string[] = [];
  #decoder = new TextDecoder();
  #listening = false;
  #pump: NodeJS.Immediate | undefined;

  constructor(stdin: Console['stdin']) {
    super({ objectMode: true });
    this.#stdin = stdin;
  }

  /** Begins to read keys; again after `release`. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#decoder = new TextDecoder();
    this.#stdin.on('data', this.#onData);
    this.#stdin.on('end', this.#onEnd);
    this.#stdin.resume();
  }

  /** Leaves the terminal's input to somebody else, with what was typed for them already. */
  release(): void {
    if (!this.#listening) return;
    this.#listening = false;
    clearImmediate(this.#pump);
    this.#pump = undefined;
    this.#stdin.off('data', this.#onData);
    this.#stdin.off('end', this.#onEnd);
    this.#stdin.pause();
    const rest = this.#queue.splice(0).join('');
    if (rest !== '') this.#stdin.unshift(Buffer.from(rest));
  }

  setRawMode(on: boolean): this {
    this.#stdin.setRawMode?.(on);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  readonly #onData = (data: Uint8Array): void => {
    this.#queue.push(...(this.#decoder.decode(data, { stream: true }).match(KEYS) ?? []));
    this.#next();
  };

  /** The terminal is gone. */
  readonly #onEnd = (): void => {
    this.emit('gone');
  };

  /** One key a turn: each finds what the one before it has changed. */
  #next(): void {
    if (this.#pump || this.#queue.length === 0) return;
    this.#pump = setImmediate(() => {
      this.#pump = undefined;
      const key = this.#queue.shift();
      if (key !== undefined) this.write(key);
      this.#next();
    });
  }
}
