/**
 * A terminal in the page <-> an attach to its session.
 *
 * Invariants: no more output is on its way to the page than a window, so that a page that draws slowly
 * slows down the session's terminal and nothing else; what is typed is numbered by the page, and typed
 * once, however often either link breaks.
 */
import { PersonSigns } from '@berth/shared/domain/person-sign';
import { statusOf } from '@berth/shared/domain/session-state';
import { asBerthError } from '../render/errors.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { InputBuffer } from '../terminal/input-buffer.ts';
import { type Shown, SteadyAttach } from '../terminal/steady-attach.ts';
import { TERMINAL_WINDOW, type TerminalMessage, type TerminalOrder } from './protocol.ts';
import { uiError } from './ui-error.ts';

/** The page's end, as the bridge needs it. */
export interface TerminalSocket {
  sendBytes(data: Uint8Array): void;
  sendText(text: string): void;
  /** With a WebSocket's code. */
  close(code: number): void;
}

export interface TerminalOptions {
  readonly socket: TerminalSocket;
  readonly connect: (signal: AbortSignal) => Promise<HostClient>;
  readonly session: string;
  /** The same each time this terminal of the page comes back. */
  readonly attachId: string;
  readonly columns: number;
  readonly rows: number;
  /** A person has typed. */
  readonly person: () => void;
}

/** Typed bytes that wait for the host at most: a paste that is larger ends the terminal, with an error. */
const MOST_TYPED = 16 * 1024 * 1024;
/** WebSocket codes: all went well, or the page did not keep to the protocol. */
const NORMAL = 1000;
const PROTOCOL = 1002;
const TOO_MUCH = 1009;
/** The number before typed bytes. */
const NUMBER_BYTES = 8;

export class TerminalBridge implements Disposable, Shown {
  readonly #o: TerminalOptions;
  readonly #input = new InputBuffer({ reports: 'kept' });
  readonly #attach: SteadyAttach;
  readonly #signs = new PersonSigns();
  #size: { columns: number; rows: number };
  #sent = 0;
  #drawn = 0;
  /** As the page was told last. */
  #acknowledged = 0;
  #room: (() => void) | null = null;
  /** Typed before the agent said how much it has: until then nobody knows what of it is new. */
  #early: { offset: number; data: Uint8Array }[] | null = [];

  constructor(options: TerminalOptions) {
    this.#o = options;
    const { connect, session, attachId, columns, rows } = options;
    this.#size = { columns, rows };
    this.#attach = new SteadyAttach({
      ...{ connect, session, attachId, readOnly: false, detachOthers: false, reconnect: true },
      term: 'xterm-256color',
      size: () => this.#size,
      input: this.#input,
      shown: this,
    });
  }

  /** Resolves when it is over, and the page was told why. Never rejects. */
  async run(): Promise<void> {
    const { socket } = this.#o;
    try {
      const { kind, session } = await this.#attach.run();
      const reason = kind === 'session-ended' ? kind : 'detached';
      this.#tell({ type: 'ended', reason, session: session ? statusOf(session.state) : '' });
    } catch (error) {
      this.#tell({ type: 'failed', error: uiError(asBerthError(error)) });
    }
    socket.close(NORMAL);
  }

  /** The page is gone. */
  [Symbol.dispose](): void {
    this.#attach[Symbol.dispose]();
    this.#room?.();
  }

  /** A binary message of the page. */
  typed(message: Buffer): void {
    if (message.length <= NUMBER_BYTES) return;
    const offset = Number(message.readBigUInt64BE(0));
    const data = message.subarray(NUMBER_BYTES);
    if (this.#signs.push(data) === 'typed') this.#o.person();
    if (!Number.isSafeInteger(offset)) this.#o.socket.close(PROTOCOL);
    else if (this.#waiting() + data.length > MOST_TYPED) this.#o.socket.close(TOO_MUCH);
    else if (this.#early) this.#early.push({ offset, data });
    else this.#take(offset, data);
  }

  /** A text message of the page. */
  ordered(order: TerminalOrder): void {
    if (order.type === 'resize') {
      this.#size = { columns: order.columns, rows: order.rows };
      this.#attach.resized();
      return;
    }
    this.#drawn = Math.min(order.bytes, this.#sent);
    if (this.#sent - this.#drawn < TERMINAL_WINDOW) this.#room?.();
  }

  opened(inputOffset: number): void {
    const early = this.#early;
    if (early) this.#input.begin(inputOffset);
    this.#early = null;
    this.#acknowledged = inputOffset;
    this.#tell({ type: 'opened', input_offset: inputOffset });
    // They are sent with all else that was not acknowledged.
    for (const { offset, data } of early ?? []) this.#input.pushAt(offset, data);
  }

  async output(data: Uint8Array): Promise<void> {
    if (data.length === 0) return;
    this.#sent += data.length;
    this.#o.socket.sendBytes(data);
    if (this.#sent - this.#drawn < TERMINAL_WINDOW || this.#attach.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#room = resolve;
    });
    this.#room = null;
  }

  acknowledged(inputOffset: number): void {
    // A host that says the same for ever, or what cannot be, fills nobody's memory.
    if (inputOffset <= this.#acknowledged || inputOffset > this.#input.end) return;
    this.#acknowledged = inputOffset;
    this.#tell({ type: 'acknowledged', input_offset: inputOffset });
  }

  broken(why: string): void {
    this.#tell({ type: 'reconnecting', why });
  }

  #take(offset: number, data: Uint8Array): void {
    const fresh = this.#input.pushAt(offset, data);
    if (fresh) this.#attach.typed(fresh);
    // What is missing before it is lost to the page, too: the terminal begins anew.
    else if (offset > this.#input.end) this.#o.socket.close(PROTOCOL);
  }

  #waiting(): number {
    const early = this.#early?.reduce((sum, { data }) => sum + data.length, 0) ?? 0;
    return this.#input.pendingBytes + early;
  }

  #tell(message: TerminalMessage): void {
    this.#o.socket.sendText(JSON.stringify(message));
  }
}
