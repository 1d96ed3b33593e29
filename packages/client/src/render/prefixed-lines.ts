/** Output of one of several, a whole line at a time, each with its prefix; safe to print. */
import { Sanitizer } from './sanitize.ts';

/** A line without an end is told in pieces of so many characters. */
const LONGEST_LINE = 64 * 1024;

export class PrefixedLines {
  readonly #sanitizer: Sanitizer;
  readonly #prefix: string;
  #rest = '';

  constructor({ prefix, colors }: { prefix: string; colors: boolean }) {
    this.#prefix = prefix;
    this.#sanitizer = new Sanitizer({ colors });
  }

  /** The lines that are whole now. */
  push(data: Uint8Array): string {
    this.#rest += this.#sanitizer.push(data);
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    return this.#told(lines);
  }

  /** What had no newline at its end. */
  end(): string {
    const last = this.#rest + this.#sanitizer.end();
    this.#rest = '';
    return last === '' ? '' : this.#told(last.replace(/\n$/, '').split('\n'));
  }

  #told(lines: readonly string[]): string {
    return lines.map((line) => `${this.#prefix}${line}\n`).join('');
  }
}
