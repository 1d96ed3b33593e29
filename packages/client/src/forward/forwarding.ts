/** Ports of one session on this machine's loopback, for as long as the session and this process live. */
import type { Socket } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { backoffMs, isPassing, pause } from '../fleet/backoff.ts';
import { lookAfter, refuseEnded } from '../fleet/look-after.ts';
import type { Place } from '../fleet/resolve.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { type Forward, keepForward } from './forward-files.ts';
import { join } from './join.ts';
import { listenOnLoopback, type Moved } from './loopback.ts';
import { OWN_PORTS, type PortWord } from './port-words.ts';

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
  /** What was asked for is there. `moved`: why at another local port. */
  opened(forward: Forward, moved: Moved | null): void;
  /** While this process goes on. */
  closed(forward: Forward): void;
  /** One line on a connection that did not come about, or on the way to the host; `hint`: what mends it. */
  trouble(text: string, hint?: string): void;
}

/** A new connection waits so long for a host that is away: longer than an agent takes to be restarted. */
const PATIENCE_MS = 20_000;

interface Open {
  readonly forward: Forward;
  readonly connections: Set<Socket>;
  readonly close: () => void;
}

export class Forwarding implements Disposable {
  readonly #o: ForwardingOptions;
  /** By port on the host. */
  readonly #open = new Map<number, Open>();
  /** Closed by somebody while the session still listens: not to come back by themselves. */
  readonly #unwanted = new Set<number>();
  readonly #over = new AbortController();
  /** Where all that it listens on is meant. */
  #all: Disposable | null = null;
  #trouble = '';

  constructor(options: ForwardingOptions) {
    this.#o = options;
  }

  /**
   * Opens these; without any, all that the session listens on. Throws what is wrong with the session
   * (SESSION_ENDED, …), its host or its agent, or LOCAL_PORT_TAKEN; what is open then is for the
   * caller to dispose of.
   */
  async begin(words: readonly PortWord[], signal: AbortSignal): Promise<void> {
    const { runtimeDir, anyProcess } = this.#o;
    const ports = await this.#ports(signal);
    if (words.length === 0) {
      const ofAll = { ...this.#held(), port: null, localPort: null };
      this.#all = keepForward(runtimeDir, ofAll, () => this.#over.abort());
      await this.#match(ports);
    }
    for (const word of words) await this.#openOne(word);
    if (!anyProcess) this.#tellUnheard(ports);
  }

  /**
   * Looks after the session until the signal aborts, or nothing is to be open any more; of all that it
   * listens on opens and closes what comes and goes. Rejects where the session has ended.
   */
  async keep(signal: AbortSignal): Promise<void> {
    const { place, connect, told } = this.#o;
    const over = AbortSignal.any([signal, this.#over.signal]);
    const look = async () => {
      // A look at what it listens on is dear to some hosts.
      if (this.#all) await this.#match(await this.#ports(over));
      else refuseEnded(await (await connect()).getSession(place.session.id, { signal: over }));
    };
    await lookAfter({ host: place.host.name, look, told: (text) => told.trouble(text) }, over);
  }

  /** Breaks off all connections. */
  [Symbol.dispose](): void {
    this.#over.abort();
    this.#all?.[Symbol.dispose]();
    for (const { close } of this.#open.values()) close();
    this.#open.clear();
  }

  /** What is true of all its forwards. */
  #held() {
    const { host, session } = this.#o.place;
    const { id: sessionId, name } = session;
    return { host: host.name, sessionId, name, pid: process.pid, since: Date.now() };
  }

  /** One that is open already stays. */
  async #openOne(word: PortWord): Promise<void> {
    const { port } = word;
    if (this.#open.has(port)) return;
    const connections = new Set<Socket>();
    const take = (local: Socket) => {
      connections.add(local);
      local.once('close', () => connections.delete(local));
      void this.#carry(local, port);
    };
    const listener = await listenOnLoopback(word, take, { apart: OWN_PORTS });
    const forward = { ...this.#held(), port, localPort: listener.port };
    const closeListener = () => {
      listener[Symbol.dispose]();
      for (const local of connections) local.resetAndDestroy();
    };
    try {
      const kept = keepForward(this.#o.runtimeDir, forward, () => this.#endedByHand(port));
      const close = () => {
        kept[Symbol.dispose]();
        closeListener();
      };
      this.#open.set(port, { forward, connections, close });
    } catch (error) {
      closeListener();
      throw error;
    }
    this.#o.told.opened(forward, listener.moved);
  }

  #close(port: number): void {
    const held = this.#open.get(port);
    if (!held) return;
    this.#open.delete(port);
    held.close();
    this.#o.told.closed(held.forward);
    if (!this.#all && this.#open.size === 0) this.#over.abort();
  }

  #endedByHand(port: number): void {
    this.#unwanted.add(port);
    this.#close(port);
  }

  async #ports(signal: AbortSignal): Promise<number[]> {
    const { place, connect } = this.#o;
    const found = await (await connect()).listPorts(place.session.id, { signal });
    return found.map(({ port }) => port);
  }

  async #match(ports: readonly number[]): Promise<void> {
    if (this.#over.signal.aborted) return;
    for (const port of this.#unwanted) if (!ports.includes(port)) this.#unwanted.delete(port);
    for (const port of this.#open.keys()) if (!ports.includes(port)) this.#close(port);
    for (const port of ports) if (!this.#unwanted.has(port)) await this.#openOne({ port, local: null });
  }

  #tellUnheard(ports: readonly number[]): void {
    const { session } = this.#o.place;
    for (const port of this.#open.keys()) {
      if (ports.includes(port)) continue;
      this.#o.told.trouble(`nothing of ${session.name || session.id} listens on port ${port} yet`);
    }
  }

  async #carry(local: Socket, port: number): Promise<void> {
    // Until it is joined nobody else listens; what breaks is told by its close.
    local.on('error', () => {});
    local.pause();
    const over = new AbortController();
    const { place, connect, anyProcess } = this.#o;
    const patience = AbortSignal.any([over.signal, this.#over.signal, AbortSignal.timeout(PATIENCE_MS)]);
    let joined = false;
    local.once('close', () => {
      if (!joined) over.abort();
    });
    const joining = {
      opened: () => {
        joined = true;
        this.#trouble = '';
      },
      broken: () => over.abort(),
    };
    for (let attempt = 0; ; attempt++) {
      try {
        const client = await connect();
        const remote = client.dial({ session: place.session.id, port, anyProcess }, over.signal);
        return await join(local, remote, joining);
      } catch (error) {
        if (!joined && isPassing(error) && !patience.aborted) {
          await pause(backoffMs(attempt, Math.random(), 1000), patience);
          if (!patience.aborted) continue;
        }
        local.resetAndDestroy();
        // What was joined broke as connections do: who uses it sees that.
        if (!joined && !over.signal.aborted && !this.#over.signal.aborted) this.#tellOnce(error);
        return;
      }
    }
  }

  /** A page tries again and again: what is wrong is told once. */
  #tellOnce(error: unknown): void {
    const text = messageOf(error);
    const hint = error instanceof BerthError ? error.hint : '';
    if (text !== this.#trouble) this.#o.told.trouble(text, hint);
    this.#trouble = text;
  }
}
