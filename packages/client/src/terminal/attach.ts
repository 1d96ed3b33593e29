/**
 * The local terminal on a session: raw bytes both ways until the person detaches or the session
 * ends, across broken links. The terminal is restored on every way out.
 */
import { randomUUID } from 'node:crypto';
import { PersonSigns, type SignOfPerson } from '@berth/shared/domain/person-sign';
import type { Console } from '../render/console.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { InputBuffer } from './input-buffer.ts';
import { KeyMatcher } from './keystrokes.ts';
import { enterRawMode } from './raw-mode.ts';
import { type AttachOutcome, type Shown, SteadyAttach } from './steady-attach.ts';

export interface AttachOptions {
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
  /** Called again after each break. */
  readonly connect: (signal: AbortSignal) => Promise<HostClient>;
  readonly session: string;
  readonly readOnly: boolean;
  readonly detachOthers: boolean;
  readonly detachKeys: Uint8Array;
  readonly reconnect: boolean;
  /** Begun once the terminal shows the session; what it gives is disposed when the attach is over. */
  readonly notices?: ((show: (text: string) => void) => Promise<Disposable>) | undefined;
  /** Told what the terminal shows of the person before it. */
  readonly person: (sign: SignOfPerson) => void;
}

/** After the first paint, ms until anything but the session is looked at. */
const SETTLED_MS = 500;
/** Asks the terminal to say when it comes to the front and goes back; leaving raw mode ends it. */
const REPORT_FOCUS = '\u001b[?1004h';

/** Standard input and output are a terminal: the caller has seen to it. */
export async function attachTerminal(options: AttachOptions): Promise<AttachOutcome> {
  const { console } = options;
  using _raw = enterRawMode(console);
  using typing = new Typing(options);
  return await typing.run();
}

class Typing implements Disposable, Shown {
  readonly #o: AttachOptions;
  readonly #input = new InputBuffer();
  readonly #matcher: KeyMatcher;
  readonly #signs = new PersonSigns();
  readonly #attach: SteadyAttach;
  #noticing: NodeJS.Timeout | null = null;

  constructor(options: AttachOptions) {
    this.#o = options;
    this.#matcher = new KeyMatcher(options.detachKeys);
    const { console, env, connect, session, readOnly, detachOthers, reconnect } = options;
    this.#attach = new SteadyAttach({
      ...{ connect, session, readOnly, detachOthers, reconnect },
      attachId: randomUUID(),
      term: env.TERM || 'xterm-256color',
      size: () => size(console),
      input: this.#input,
      shown: this,
    });
    console.stdin.on('data', this.#onData);
    console.stdin.on('end', this.#onGone);
    console.stdout.on('resize', this.#onResize);
    console.stdin.resume();
  }

  [Symbol.dispose](): void {
    this.#attach[Symbol.dispose]();
    if (this.#noticing) clearTimeout(this.#noticing);
    this.#o.console.stdin.off('data', this.#onData);
    this.#o.console.stdin.off('end', this.#onGone);
    this.#o.console.stdout.off('resize', this.#onResize);
  }

  run(): Promise<AttachOutcome> {
    return this.#attach.run();
  }

  opened(): void {
    this.#o.console.out(REPORT_FOCUS);
  }

  async output(data: Uint8Array): Promise<void> {
    await this.#o.console.write(data);
    this.#noticing ??= setTimeout(() => void this.#notice(), SETTLED_MS).unref();
  }

  acknowledged(): void {}

  broken(why: string): void {
    this.#o.console.err(`\u001b[0m\r\n\u001b[7mberth: ${why}; reconnecting …\u001b[27m\u001b[K`);
  }

  /** A courtesy: where it fails nobody is told anything, and the session is shown all the same. */
  async #notice(): Promise<void> {
    const { notices } = this.#o;
    if (!notices) return;
    const begun = await notices((text) => this.#attach.notify(text)).catch(() => null);
    if (!begun) return;
    const { signal } = this.#attach;
    if (signal.aborted) begun[Symbol.dispose]();
    else signal.addEventListener('abort', () => begun[Symbol.dispose](), { once: true });
  }

  readonly #onData = (data: Uint8Array): void => {
    if (this.#attach.detaching) return;
    const sign = this.#signs.push(data);
    if (sign) this.#o.person(sign);
    const { forward, detach } = this.#matcher.push(data);
    if (forward.length > 0 && !this.#o.readOnly) this.#attach.typed(this.#input.push(forward));
    if (detach) this.#attach.detach();
  };

  readonly #onGone = (): void => this.#attach[Symbol.dispose]();

  readonly #onResize = (): void => this.#attach.resized();
}

function size(console: Console): { columns: number; rows: number } {
  return { columns: console.stdout.columns || 80, rows: console.stdout.rows || 24 };
}
