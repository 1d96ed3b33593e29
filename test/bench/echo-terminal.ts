/** A terminal in which a program shows a session that echoes each key; and how long a key takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type IPty, spawn } from 'node-pty';
import type { Spawned } from './measure.ts';

/** Of one column each, and in no escape sequence, status line or earlier answer. */
const FIRST_KEY = 0x100;
const LAST_KEY = 0x24f;
/** Before each key, so that nothing of the one before is still under way. */
const QUIET_MS = 12;
const LONGEST_MS = 10_000;

export class EchoTerminal implements Disposable {
  readonly #pty: IPty;
  readonly #argv: readonly string[];
  #onData: (text: string) => void = () => {};
  #shown = '';
  #next = FIRST_KEY;

  constructor({ argv, env }: Spawned) {
    this.#argv = argv;
    const [program = '', ...args] = argv;
    const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.#pty = spawn(program, args, {
      cols: 80,
      rows: 24,
      name: 'xterm-256color',
      env: Object.fromEntries(defined),
    });
    this.#pty.onData((text) => {
      this.#shown = (this.#shown + text).slice(-2000);
      this.#onData(text);
    });
  }

  /** Resolves once the terminal has shown something, be it before this call, and then kept still. */
  async ready(): Promise<void> {
    let still: NodeJS.Timeout | undefined;
    await this.#seen('anything', (_text, done) => {
      clearTimeout(still);
      if (this.#shown !== '') still = setTimeout(done, 500);
    });
  }

  /** Ms from typing one key, each only once, to seeing it. */
  async key(): Promise<number> {
    if (this.#next > LAST_KEY) throw new Error('no keys left that were not typed before');
    const key = String.fromCharCode(this.#next++);
    await sleep(QUIET_MS);
    const began = performance.now();
    const answer = this.#seen(key, (text, done) => {
      if (text.includes(key)) done();
    });
    this.#pty.write(key);
    return (await answer) - began;
  }

  /** Resolves with the time when `look` is done; it is asked now, and for all that comes. */
  #seen(what: string, look: (text: string, done: () => void) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const shown = JSON.stringify(this.#shown);
        reject(new Error(`${this.#argv.join(' ')} did not show ${what}; it showed ${shown}`));
      }, LONGEST_MS);
      this.#onData = (text) =>
        look(text, () => {
          const now = performance.now();
          clearTimeout(late);
          this.#onData = () => {};
          resolve(now);
        });
      this.#onData('');
    });
  }

  [Symbol.dispose](): void {
    this.#pty.kill('SIGHUP');
  }
}
