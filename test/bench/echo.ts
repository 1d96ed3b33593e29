/** How long a key takes from a terminal to a session and back. */
import { type IPty, spawn } from 'node-pty';
import type { Spawned } from './measure.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const QUIET_MS = 15;

/** A terminal in which a program shows a session that echoes what is typed. */
export class EchoTerminal implements Disposable {
  readonly #pty: IPty;
  #onData: (text: string) => void = () => {};
  #typed = 0;

  constructor({ argv, env }: Spawned) {
    const [program = '', ...args] = argv;
    const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.#pty = spawn(program, args, {
      cols: 80,
      rows: 24,
      name: 'xterm-256color',
      env: Object.fromEntries(defined),
    });
    this.#pty.onData((text) => this.#onData(text));
  }

  /** Resolves once the terminal has shown something and then kept still. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve) => {
      let timer = setTimeout(() => {}, 0);
      this.#onData = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, 500);
      };
    });
  }

  /** Ms from typing one letter to seeing it. */
  async key(): Promise<number> {
    const letter = LETTERS.charAt(this.#typed++ % LETTERS.length);
    // A line of its own now and then, or the program's line would never end.
    if (this.#typed % 40 === 0) this.#pty.write('\r');
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    return await new Promise((resolve) => {
      const began = performance.now();
      this.#onData = (text) => {
        if (!text.includes(letter)) return;
        this.#onData = () => {};
        resolve(performance.now() - began);
      };
      this.#pty.write(letter);
    });
  }

  [Symbol.dispose](): void {
    this.#pty.kill('SIGHUP');
  }
}
