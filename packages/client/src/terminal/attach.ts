/**
 * The local terminal on a session: raw bytes both ways until the person detaches or the session
 * ends, across broken links.
 *
 * Invariants: typed bytes are numbered and kept until acknowledged (input-buffer.ts); nothing is
 * sent on a stream before it said `opened`; the terminal is restored on every way out.
 */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { PersonSigns, type SignOfPerson } from '@berth/shared/domain/person-sign';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import { backoffMs, isPassing, pause } from '../fleet/backoff.ts';
import type { Console } from '../render/console.ts';
import type { AttachStream, HostClient } from '../rpc/host-client.ts';
import { InputBuffer } from './input-buffer.ts';
import { KeyMatcher } from './keystrokes.ts';
import { enterRawMode } from './raw-mode.ts';

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

export interface AttachOutcome {
  readonly kind: 'detached' | 'taken' | 'session-ended';
  /** As the agent told it last; null if it was never reached. */
  readonly session: SessionSnapshot | null;
}

/** After the first paint, ms until anything but the session is looked at. */
const SETTLED_MS = 500;
/** After asking to detach, ms until we leave without an answer. */
const DETACH_MS = 1000;
/** Asks the terminal to say when it comes to the front and goes back; leaving raw mode ends it. */
const REPORT_FOCUS = '\u001b[?1004h';

/** Standard input and output are a terminal: the caller has seen to it. */
export async function attachTerminal(options: AttachOptions): Promise<AttachOutcome> {
  const { console } = options;
  using _raw = enterRawMode(console);
  using typing = new Typing(options);
  return await typing.run();
}

class Typing implements Disposable {
  readonly #o: AttachOptions;
  readonly #input = new InputBuffer();
  readonly #matcher: KeyMatcher;
  readonly #stop = new AbortController();
  readonly #attachId = randomUUID();
  readonly #signs = new PersonSigns();
  #stream: AttachStream | null = null;
  #opened = false;
  #detaching = false;
  #session: SessionSnapshot | null = null;
  #noticing: NodeJS.Timeout | null = null;

  constructor(options: AttachOptions) {
    this.#o = options;
    this.#matcher = new KeyMatcher(options.detachKeys);
    options.console.stdin.on('data', this.#onData);
    options.console.stdin.on('end', this.#onGone);
    options.console.stdout.on('resize', this.#onResize);
    options.console.stdin.resume();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    if (this.#noticing) clearTimeout(this.#noticing);
    this.#o.console.stdin.off('data', this.#onData);
    this.#o.console.stdin.off('end', this.#onGone);
    this.#o.console.stdout.off('resize', this.#onResize);
  }

  async run(): Promise<AttachOutcome> {
    const { signal } = this.#stop;
    for (let attempt = 0; ; attempt++) {
      try {
        const outcome = await this.#once(attempt);
        if (outcome) return outcome;
        if (signal.aborted) break;
        throw new BerthError('HOST_UNREACHABLE', 'the connection to the agent closed');
      } catch (error) {
        if (signal.aborted || this.#detaching) break;
        if (!this.#o.reconnect || !isPassing(error)) throw error;
        if (this.#opened) attempt = 0;
        const why = error instanceof Error ? oneLine(error.message) : '';
        this.#status(`berth: ${why}; reconnecting …`);
      } finally {
        this.#stream = null;
        this.#opened = false;
      }
      await pause(backoffMs(attempt, Math.random()), signal);
      if (signal.aborted) break;
    }
    return { kind: 'detached', session: this.#session };
  }

  /** One connection; null if it closed without a word. */
  async #once(attempt: number): Promise<AttachOutcome | null> {
    const { console, env, session, readOnly, detachOthers } = this.#o;
    const { signal } = this.#stop;
    const client = await this.#o.connect(signal);
    const { columns, rows } = size(console);
    const term = env.TERM || 'xterm-256color';
    const others = detachOthers && attempt === 0;
    const open = { session, columns, rows, term, readOnly, detachOthers: others, attachId: this.#attachId };
    const stream = client.attach(open, signal);
    this.#stream = stream;
    for await (const message of stream.messages) {
      switch (message.kind) {
        case 'opened':
          this.#session = message.session;
          this.#open(stream, message.inputOffset);
          break;
        case 'output':
          await console.write(message.data);
          this.#noticing ??= setTimeout(() => void this.#notice(), SETTLED_MS).unref();
          break;
        case 'acknowledged':
          this.#input.acknowledge(message.inputOffset);
          break;
        case 'ended': {
          const taken = message.reason === 'detached' && !this.#detaching;
          return { kind: taken ? 'taken' : message.reason, session: message.session };
        }
      }
    }
    return null;
  }

  #open(stream: AttachStream, inputOffset: number): void {
    this.#opened = true;
    this.#o.console.out(REPORT_FOCUS);
    const rest = this.#input.resume(inputOffset);
    if (rest) stream.input(rest.offset, rest.data);
    // The window may have changed while the link was down.
    this.#onResize();
  }

  /** A courtesy: where it fails nobody is told anything, and the session is shown all the same. */
  async #notice(): Promise<void> {
    const { notices } = this.#o;
    if (!notices) return;
    const begun = await notices((text) => this.#opened && this.#stream?.notify(text)).catch(() => null);
    if (!begun) return;
    const { signal } = this.#stop;
    if (signal.aborted) begun[Symbol.dispose]();
    else signal.addEventListener('abort', () => begun[Symbol.dispose](), { once: true });
  }

  #status(text: string): void {
    this.#o.console.err(`\u001b[0m\r\n\u001b[7m${text}\u001b[27m\u001b[K`);
  }

  readonly #onData = (data: Uint8Array): void => {
    if (this.#detaching) return;
    const sign = this.#signs.push(data);
    if (sign) this.#o.person(sign);
    const { forward, detach } = this.#matcher.push(data);
    if (forward.length > 0 && !this.#o.readOnly) {
      const numbered = this.#input.push(forward);
      if (this.#opened) this.#stream?.input(numbered.offset, numbered.data);
    }
    if (detach) this.#detach();
  };

  #detach(): void {
    this.#detaching = true;
    if (!this.#opened) {
      this.#stop.abort();
      return;
    }
    this.#stream?.detach();
    setTimeout(() => this.#stop.abort(), DETACH_MS).unref();
  }

  readonly #onGone = (): void => this.#stop.abort();

  readonly #onResize = (): void => {
    const { columns, rows } = size(this.#o.console);
    if (this.#opened) this.#stream?.resize(columns, rows);
  };
}

function size(console: Console): { columns: number; rows: number } {
  return { columns: console.stdout.columns || 80, rows: console.stdout.rows || 24 };
}
