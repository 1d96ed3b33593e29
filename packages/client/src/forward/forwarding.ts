/** Ports of one session on this machine's loopback, for as long as the session and this process live. */
import type { Socket } from 'node:net';
import { messageOf } from '@berth/shared/domain/berth-error';
import { isPassing, pause } from '../fleet/backoff.ts';
import type { Place } from '../fleet/resolve.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { type Forward, keepForward } from './forward-files.ts';
import { join } from './join.ts';
import { listenOnLoopback } from './loopback.ts';
import type { PortWord } from './port-words.ts';

export interface ForwardingOptions {
  readonly place: Place;
  /** The way to the session's host, as it is now. */
  readonly connect: () => Promise<HostClient>;
  readonly runtimeDir: string;
  /** Also what other processes of the host listen on. */
  readonly anyProcess: boolean;
  readonly told: ForwardingNews;
}

export interface ForwardingNews {
  /** What was asked for is there, perhaps at another local port. */
  opened(forward: Forward): void;
  closed(forward: Forward): void;
  /** One line on a connection that did not come about, or on the way to the host. */
  trouble(text: string): void;
}

/** The host is asked this often, in ms, whether the session lives and what it listens on. */
const LOOK_MS = 2000;

export class Forwarding implements Disposable {
  readonly #o: ForwardingOptions;
  readonly #open = new Map<number, { forward: Forward; close: () => void }>();
  readonly #ended = new AbortController();
  #trouble = '';

  constructor(options: ForwardingOptions) {
    this.#o = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** By its port on the host; one that is open already stays. Throws LOCAL_PORT_TAKEN. */
  async open(word: PortWord): Promise<void> {
    if (this.#open.has(word.port)) return;
    const { place, runtimeDir, told } = this.#o;
    const listener = await listenOnLoopback(word, (local) => void this.#carry(local, word.port));
    const forward: Forward = {
      host: place.host.name,
      sessionId: place.session.id,
      name: place.session.name,
      port: word.port,
      localPort: listener.port,
      pid: process.pid,
      since: Date.now(),
    };
    const kept = keepForward(runtimeDir, forward, () => this.close(word.port));
    const close = () => {
      listener[Symbol.dispose]();
      kept[Symbol.dispose]();
    };
    this.#open.set(word.port, { forward, close });
    told.opened(forward);
  }

  close(port: number): void {
    const held = this.#open.get(port);
    if (!held) return;
    this.#open.delete(port);
    held.close();
    this.#o.told.closed(held.forward);
  }

  /**
   * Looks after the session until the signal aborts, or nothing is open any more. `all`: what it listens
   * on is opened and closed as it comes and goes. Rejects where the session has ended.
   */
  async keep({ all, signal }: { all: boolean; signal: AbortSignal }): Promise<void> {
    const { place, connect, told } = this.#o;
    let broken = false;
    while (!signal.aborted && (all || this.#open.size > 0)) {
      try {
        const ports = await (await connect()).listPorts(place.session.id, { signal });
        if (broken) told.trouble(`${place.host.name} is back`);
        broken = false;
        if (all) await this.#match(ports.map(({ port }) => port));
      } catch (error) {
        if (signal.aborted) return;
        if (!isPassing(error)) throw error;
        if (!broken) told.trouble(`${messageOf(error)}; connections wait until it is back`);
        broken = true;
      }
      await pause(LOOK_MS, signal);
    }
  }

  /** Breaks off all connections. */
  [Symbol.dispose](): void {
    for (const port of [...this.#open.keys()]) this.close(port);
    this.#ended.abort();
  }

  async #match(ports: readonly number[]): Promise<void> {
    for (const port of this.#open.keys()) if (!ports.includes(port)) this.close(port);
    for (const port of ports) await this.open({ port, local: null });
  }

  async #carry(local: Socket, port: number): Promise<void> {
    const { place, connect, anyProcess, told } = this.#o;
    local.pause();
    const over = new AbortController();
    const end = () => over.abort();
    local.once('close', end);
    this.#ended.signal.addEventListener('abort', end, { once: true });
    try {
      const client = await connect();
      await join(local, client.dial({ session: place.session.id, port, anyProcess }, over.signal));
      this.#trouble = '';
    } catch (error) {
      local.resetAndDestroy();
      // A page tries again and again: what is wrong is told once.
      const text = messageOf(error);
      if (text !== this.#trouble && !over.signal.aborted) told.trouble(text);
      this.#trouble = text;
    } finally {
      this.#ended.signal.removeEventListener('abort', end);
    }
  }
}
