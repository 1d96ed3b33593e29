/** What sessions listen on, and connections to it: of a session's own processes, unless asked otherwise. */
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import { nearestAddresses } from '../domain/listening.ts';
import type { Session } from '../domain/session.ts';
import { typable } from './attachable.ts';
import type { SessionFiles } from './files-port.ts';
import type { Listener, Network } from './network-port.ts';
import type { Units } from './ports.ts';

export interface SessionPortsOptions {
  readonly files: SessionFiles;
  readonly units: Pick<Units, 'members'>;
  readonly network: Network;
}

export interface PortTarget {
  readonly port: number;
  /** Also where it is not a process of the session that listens. */
  readonly anyProcess: boolean;
}

export class SessionPorts {
  readonly #o: SessionPortsOptions;
  /** As last looked at, by the session's record: a look is dear where a session has no cgroup. */
  readonly #seen = new WeakMap<Session, readonly Listener[]>();
  readonly #looking = new WeakMap<Session, Promise<readonly Listener[]>>();

  constructor(options: SessionPortsOptions) {
    this.#o = options;
  }

  /** Throws SESSION_ENDED, SESSION_NOT_RUNNING. */
  async list(session: Session): Promise<readonly ListeningPort[]> {
    const found = await this.#listeners(session);
    return found.map(({ port, addresses, program, pid }) => ({ port, addresses, program, pid }));
  }

  /** Throws SESSION_ENDED, SESSION_NOT_RUNNING, PORT_CLOSED. */
  async dial(session: Session, { port, anyProcess }: PortTarget, signal: AbortSignal): Promise<Duplex> {
    const { id, state } = typable(session);
    if (state === 'suspended') {
      throw new BerthError('SESSION_NOT_RUNNING', `session ${id} is suspended: nothing of it answers`, {
        hint: `let it go on first: berth resume ${id}`,
      });
    }
    const addresses = (await this.#own(session, port)) ?? this.#others(id, port, anyProcess);
    let why: unknown;
    for (const address of nearestAddresses(addresses)) {
      try {
        return await this.#o.network.connect({ address, port }, signal);
      } catch (error) {
        why ??= error;
        if (!hasNoSuchAddress(error) || this.#isAnothers(port, addresses)) break;
      }
    }
    throw closed(`port ${port} of session ${id} takes no connection: ${messageOf(why)}`, { id, port });
  }

  /** At other addresses than these somebody else may listen. */
  #isAnothers(port: number, addresses: readonly string[]): boolean {
    return this.#o.network.addresses(port).some((address) => !addresses.includes(address));
  }

  /** Addresses on which the session listens; null where it does not. */
  async #own(session: Session, port: number): Promise<readonly string[] | null> {
    const at = (found: readonly Listener[] | undefined) => found?.find((one) => one.port === port);
    // The very socket that was seen to be its own: whose it is need not be looked up again.
    const known = at(this.#seen.get(session));
    if (known?.sockets.some((socket) => this.#o.network.holds(socket))) return known.addresses;
    // A look that was under way may have been too early for it.
    const found = at(await this.#looking.get(session)) ?? at(await this.#look(session));
    return found?.addresses ?? null;
  }

  /** One for all who ask at once. */
  #look(session: Session): Promise<readonly Listener[]> {
    const running = this.#looking.get(session);
    if (running) return running;
    const look = this.#listeners(session).finally(() => this.#looking.delete(session));
    this.#looking.set(session, look);
    return look;
  }

  async #listeners(session: Session): Promise<readonly Listener[]> {
    const { id } = typable(session);
    const { units, files, network } = this.#o;
    const found = await network.listeners(await units.members(id, files.paths(id)));
    this.#seen.set(session, found);
    return found;
  }

  /** Addresses on which another process of the host listens. Throws PORT_CLOSED. */
  #others(id: string, port: number, anyProcess: boolean): readonly string[] {
    const found = this.#o.network.addresses(port);
    if (found.length === 0) throw closed(`nothing listens on port ${port} in session ${id}`, { id, port });
    if (anyProcess) return found;
    throw closed(
      `it is no process of session ${id} that listens on port ${port}`,
      { id, port },
      'take it all the same: berth forward --any',
    );
  }
}

/** This machine lacks the protocol, not only somebody who listens. */
function hasNoSuchAddress(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'].includes(code);
}

function closed(message: string, { id, port }: { id: string; port: number }, hint?: string): BerthError {
  const values = { session: id, port: String(port) };
  return new BerthError('PORT_CLOSED', message, hint === undefined ? { values } : { values, hint });
}
