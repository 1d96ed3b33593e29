/**
 * Connections to what sessions serve, kept for a moment after a request: a page of VS Code asks for hundreds
 * of files, and each connection costs a stream of the host's one link and a connection over there.
 * Invariants: a connection serves one app alone, so that what its server does with it, or leaves in it, meets
 * nobody else; and only so many stand at a time, so that one that answers nothing holds up nobody but itself.
 */
import { Agent, type ClientRequest, type RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DialStream } from '../rpc/host-client.ts';
import { DialDuplex } from './dial-duplex.ts';

/** Rejects where there is no way to the server's host. */
export type Dial = (signal: AbortSignal) => Promise<DialStream>;

/** At once for one app; browsers have six for an origin, and each its own. */
const MOST = 32;
const MOST_IDLE = 8;
/** Less than the five seconds after which Node's servers, VS Code's among them, hang up. */
const IDLE_MS = 3000;

export class KeptConnections implements Disposable {
  readonly #apps = new Map<string, KeptAgent>();

  /** Those of one app. `dial` is the one it is made with. */
  of(app: string, dial: Dial): Agent {
    const known = this.#apps.get(app);
    if (known) return known;
    const made = new KeptAgent(dial);
    this.#apps.set(app, made);
    return made;
  }

  [Symbol.dispose](): void {
    for (const agent of this.#apps.values()) agent.destroy();
    this.#apps.clear();
  }
}

/** A new connection, for one request or a socket. `allowHalfOpen` as of `DialDuplex`. */
export function connectBy(
  dial: Dial,
  shape: { readonly allowHalfOpen?: boolean } = {},
): NonNullable<RequestOptions['createConnection']> {
  return (_options, connected) => {
    const stop = new AbortController();
    dial(stop.signal).then(
      (dialled) => connected(null, new DialDuplex(dialled, stop, shape)),
      (error: Error) => connected(error, null as unknown as Duplex),
    );
    return undefined;
  };
}

class KeptAgent extends Agent {
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(dial: Dial) {
    super({ keepAlive: true, maxSockets: MOST, maxFreeSockets: MOST_IDLE, scheduling: 'lifo' });
    // One that the server ended while nobody asked must not look as if it could be asked again.
    this.createConnection = connectBy(dial, { allowHalfOpen: false });
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#idle.set(socket, setTimeout(() => socket.destroy(), IDLE_MS).unref());
    return true;
  }

  override reuseSocket(socket: Duplex, asked: ClientRequest): void {
    clearTimeout(this.#idle.get(socket));
    super.reuseSocket(socket, asked);
  }
}
