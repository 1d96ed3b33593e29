/**
 * The socket of one terminal, opened again after breaks under the same attach id: typed bytes arrive
 * once, in order. A link that is let go closes when the other side has all that was typed.
 */
import type { SessionKey, TerminalMessage, TerminalOrder } from '../../protocol.ts';
import { TypedBytes } from '../state/typed-bytes.ts';
import { Retrying } from './retrying.ts';
import { messageOf, openSocket } from './socket.ts';

export type TerminalState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open' }
  | { readonly kind: 'reconnecting'; readonly why: string }
  | { readonly kind: 'ended'; readonly reason: 'detached' | 'session-ended' }
  /** It ended by an error; a person may try again. */
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string };

export interface TerminalEnds {
  output(bytes: Uint8Array): void;
  changed(state: TerminalState): void;
  /** So many typed bytes may or may not have arrived. */
  lost(bytes: number): void;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Drawn bytes are told about in steps of so many. */
const DRAWN_STEP = 64 * 1024;

export class TerminalLink {
  readonly #session: SessionKey;
  readonly #attach = crypto.randomUUID();
  readonly #typed = new TypedBytes();
  readonly #retrying: Retrying;
  #size: Size;
  #ends: TerminalEnds | null;
  #socket: WebSocket | null = null;
  #state: TerminalState = { kind: 'opening' };
  #drawn = 0;
  #drawnTold = 0;

  constructor(session: SessionKey, size: Size, ends: TerminalEnds) {
    this.#session = session;
    this.#size = size;
    this.#ends = ends;
    this.#retrying = new Retrying({ open: () => this.#open(), woke: () => this.#socket?.close() });
    this.#open();
  }

  get #over(): boolean {
    return this.#state.kind === 'ended' || this.#state.kind === 'failed';
  }

  type(bytes: Uint8Array): void {
    this.#typed.type(bytes);
    this.#send();
  }

  resize(size: Size): void {
    this.#size = size;
    this.#order({ type: 'resize', ...size });
  }

  /** So many bytes more were drawn. */
  drew(bytes: number): void {
    this.#drawn += bytes;
    if (this.#drawn - this.#drawnTold < DRAWN_STEP) return;
    this.#drawnTold = this.#drawn;
    this.#order({ type: 'drawn', bytes: this.#drawn });
  }

  /** A person wants it back after it was detached, or failed. */
  again(): void {
    if (!this.#over) return;
    this.#set({ kind: 'opening' });
    this.#open();
  }

  /** Nobody looks any more. What was typed still arrives. */
  letGo(): void {
    this.#ends = null;
    this.#closeWhenDone();
  }

  #open(): void {
    const { columns, rows } = this.#size;
    const query = { session: this.#session, attach: this.#attach, columns, rows };
    const socket = openSocket('/api/terminal', query);
    this.#socket = socket;
    this.#drawn = 0;
    this.#drawnTold = 0;
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (data instanceof ArrayBuffer) {
        if (this.#state.kind === 'reconnecting') this.#set({ kind: 'open' });
        if (this.#ends) this.#ends.output(new Uint8Array(data));
        else this.drew(data.byteLength);
        return;
      }
      const message = messageOf<TerminalMessage>(data);
      if (message) this.#take(message);
    };
    socket.onclose = () => this.#closed(socket);
  }

  #take(message: TerminalMessage): void {
    switch (message.type) {
      case 'opened': {
        this.#retrying.succeeded();
        const lost = this.#typed.opened(message.input_offset);
        if (lost > 0) this.#ends?.lost(lost);
        this.#set({ kind: 'open' });
        this.#send();
        return;
      }
      case 'acknowledged':
        this.#typed.acknowledged(message.input_offset);
        this.#send();
        this.#closeWhenDone();
        return;
      case 'reconnecting':
        this.#set({ kind: 'reconnecting', why: message.why });
        return;
      case 'ended':
        this.#set({ kind: 'ended', reason: message.reason });
        return;
      case 'failed':
        this.#set({ kind: 'failed', message: message.error.message, hint: message.error.hint });
    }
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#typed.closed();
    if (this.#over || (this.#ends === null && this.#typed.unacknowledged === 0)) {
      // Nobody asks for it again.
      if (this.#ends === null) this.#retrying.stop();
      return;
    }
    this.#set({ kind: 'reconnecting', why: 'the connection to Berth on this machine broke' });
    this.#retrying.failed();
  }

  #closeWhenDone(): void {
    if (this.#ends !== null || (this.#typed.unacknowledged > 0 && !this.#over)) return;
    this.#retrying.stop();
    this.#socket?.close();
  }

  #set(state: TerminalState): void {
    this.#state = state;
    this.#ends?.changed(state);
  }

  #send(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    for (let message = this.#typed.next(); message; message = this.#typed.next()) this.#socket.send(message);
  }

  #order(order: TerminalOrder): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(order));
  }
}
