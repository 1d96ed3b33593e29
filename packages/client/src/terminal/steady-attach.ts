/**
 * One attach across broken links, whatever shows it.
 *
 * Invariants: typed bytes are numbered and kept until acknowledged (input-buffer.ts); nothing is sent on
 * a stream before it said `opened`; output is taken at the pace of who shows it.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import { backoffMs, isPassing, pause } from '../fleet/backoff.ts';
import type { AttachStream, HostClient } from '../rpc/host-client.ts';
import type { InputBuffer, NumberedInput } from './input-buffer.ts';

export interface SteadyAttachOptions {
  /** Called again after each break. */
  readonly connect: (signal: AbortSignal) => Promise<HostClient>;
  readonly session: string;
  /** The same for all connections of one terminal. */
  readonly attachId: string;
  readonly term: string;
  readonly readOnly: boolean;
  readonly detachOthers: boolean;
  readonly reconnect: boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly input: InputBuffer;
  readonly shown: Shown;
}

/** Who shows it. */
export interface Shown {
  /** Before what was typed and not acknowledged is sent again. */
  opened(inputOffset: number): void;
  /** Resolves once more may come. */
  output(data: Uint8Array): Promise<void>;
  acknowledged(inputOffset: number): void;
  /** The link broke, and is tried again. */
  broken(why: string): void;
}

export interface AttachOutcome {
  readonly kind: 'detached' | 'taken' | 'session-ended';
  /** As the agent told it last; null if it was never reached. */
  readonly session: SessionSnapshot | null;
}

/** After asking to detach, ms until we leave without an answer. */
const DETACH_MS = 1000;

export class SteadyAttach implements Disposable {
  readonly #o: SteadyAttachOptions;
  readonly #stop = new AbortController();
  #stream: AttachStream | null = null;
  #opened = false;
  #detaching = false;
  #session: SessionSnapshot | null = null;

  constructor(options: SteadyAttachOptions) {
    this.#o = options;
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Somebody has asked to detach: what is typed now goes nowhere. */
  get detaching(): boolean {
    return this.#detaching;
  }

  /** Ends `run` at once, as detached. */
  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Rejects with what no other try would mend. */
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
        this.#o.shown.broken(error instanceof Error ? oneLine(error.message) : '');
      } finally {
        this.#stream = null;
        this.#opened = false;
      }
      await pause(backoffMs(attempt, Math.random()), signal);
      if (signal.aborted) break;
    }
    return { kind: 'detached', session: this.#session };
  }

  /** What was put into the buffer; it waits there while there is no link. */
  typed({ offset, data }: NumberedInput): void {
    if (this.#opened) this.#stream?.input(offset, data);
  }

  resized(): void {
    const { columns, rows } = this.#o.size();
    if (this.#opened) this.#stream?.resize(columns, rows);
  }

  /** One line over the session, where it is shown now. */
  notify(text: string): void {
    if (this.#opened) this.#stream?.notify(text);
  }

  detach(): void {
    this.#detaching = true;
    if (!this.#opened) {
      this.#stop.abort();
      return;
    }
    this.#stream?.detach();
    setTimeout(() => this.#stop.abort(), DETACH_MS).unref();
  }

  /** One connection; null if it closed without a word. */
  async #once(attempt: number): Promise<AttachOutcome | null> {
    const { session, term, readOnly, attachId, shown, input } = this.#o;
    const { signal } = this.#stop;
    const client = await this.#o.connect(signal);
    const { columns, rows } = this.#o.size();
    const detachOthers = this.#o.detachOthers && attempt === 0;
    const open = { session, columns, rows, term, readOnly, detachOthers, attachId };
    const stream = client.attach(open, signal);
    this.#stream = stream;
    for await (const message of stream.messages) {
      switch (message.kind) {
        case 'opened':
          // Said once: what follows from it is done.
          if (this.#opened) break;
          this.#session = message.session;
          this.#open(stream, message.inputOffset);
          break;
        case 'output':
          await shown.output(message.data);
          break;
        case 'acknowledged':
          input.acknowledge(message.inputOffset);
          shown.acknowledged(message.inputOffset);
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
    this.#o.shown.opened(inputOffset);
    const rest = this.#o.input.resume(inputOffset);
    if (rest) stream.input(rest.offset, rest.data);
    // The window may have changed while the link was down.
    this.resized();
  }
}
