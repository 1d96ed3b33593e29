/** The live socket: all that is known of the fleet, resumed by version after a break. */
import type { LiveMessage } from '../../protocol.ts';
import { fellSilent } from '../state/link-state.ts';
import { asFailure, call } from './call.ts';
import { Retrying } from './retrying.ts';
import { messageOf, openSocket } from './socket.ts';

interface LiveEnds {
  /** The last that is known: where to go on. */
  resumeFrom(): { epoch: string; version: number } | null;
  /** False: something before it is missing, all must be told anew. */
  take(message: LiveMessage): boolean;
  /** `heardAt`: when it last told something, ms since the epoch; null: never. */
  changed(state: 'connecting' | 'live' | 'lost' | 'denied', heardAt: number | null): void;
}

const LISTEN_MS = 1000;

export class LiveConnection {
  readonly #ends: LiveEnds;
  readonly #retrying: Retrying;
  #socket: WebSocket | null = null;
  #all = false;
  #heardAt: number | null = null;

  constructor(ends: LiveEnds) {
    this.#ends = ends;
    this.#retrying = new Retrying({ open: () => this.#open(), woke: () => this.reopen() });
    ends.changed('connecting', null);
    this.#open();
    window.setInterval(() => this.#listen(), LISTEN_MS);
  }

  /** What is open is closed and opened again, at once. */
  reopen(): void {
    this.#socket?.close();
    this.#dropped(this.#socket);
    this.#retrying.hurry();
  }

  #open(): void {
    const from = this.#all ? null : this.#ends.resumeFrom();
    this.#all = false;
    const socket = openSocket('/api/live', from ? { epoch: from.epoch, version: from.version } : {});
    this.#socket = socket;
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#retrying.succeeded();
      this.#heardAt = Date.now();
      this.#ends.changed('live', this.#heardAt);
    };
    socket.onmessage = ({ data }) => {
      const message = messageOf<LiveMessage>(data);
      if (socket !== this.#socket || !message) return;
      this.#heardAt = Date.now();
      if (this.#ends.take(message)) return;
      this.#all = true;
      this.reopen();
    };
    socket.onclose = () => this.#dropped(socket);
  }

  /** A socket may stay open for long after nobody is there any more. */
  #listen(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#heardAt === null) return;
    if (fellSilent(Date.now() - this.#heardAt)) this.reopen();
  }

  #dropped(socket: WebSocket | null): void {
    if (socket === null || socket !== this.#socket) return;
    this.#socket = null;
    this.#ends.changed('lost', this.#heardAt);
    this.#retrying.failed();
    void this.#askWhy();
  }

  /** A browser does not tell why a socket was refused; a call does. */
  async #askWhy(): Promise<void> {
    const status = await call('about', {}).then(
      () => 200,
      (error: unknown) => asFailure(error).status,
    );
    if (this.#socket?.readyState === WebSocket.OPEN) return;
    if (status === 401 || status === 403) this.#ends.changed('denied', this.#heardAt);
  }
}
