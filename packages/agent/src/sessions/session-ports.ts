/** What sessions listen on, and connections to it: of a session's own processes, unless asked otherwise. */
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import { nearestAddress } from '../domain/listening.ts';
import type { Session } from '../domain/session.ts';
import { typable } from './attachable.ts';
import type { SessionFiles } from './files-port.ts';
import type { Network } from './network-port.ts';
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

  constructor(options: SessionPortsOptions) {
    this.#o = options;
  }

  /** Throws SESSION_ENDED, SESSION_NOT_RUNNING. */
  async list(session: Session): Promise<ListeningPort[]> {
    const { id } = typable(session);
    const { units, files, network } = this.#o;
    return await network.listeners(await units.members(id, files.paths(id)));
  }

  /** Throws SESSION_ENDED, SESSION_NOT_RUNNING, PORT_CLOSED. */
  async dial(session: Session, { port, anyProcess }: PortTarget, signal: AbortSignal): Promise<Duplex> {
    if (session.state === 'suspended') {
      const hint = `let it go on first: berth resume ${session.id}`;
      throw new BerthError(
        'SESSION_NOT_RUNNING',
        `session ${session.id} is suspended: nothing of it answers`,
        {
          hint,
        },
      );
    }
    const values = { session: session.id, port: String(port) };
    const own = (await this.list(session)).find((one) => one.port === port);
    const found = own ?? (await this.#elsewhere(port));
    if (!found) {
      throw new BerthError('PORT_CLOSED', `nothing listens on port ${port} in session ${session.id}`, {
        values,
      });
    }
    if (!own && !anyProcess) {
      throw new BerthError(
        'PORT_CLOSED',
        `it is no process of session ${session.id} that listens on port ${port}`,
        {
          values,
          hint: 'take it all the same: berth forward --any',
        },
      );
    }
    try {
      return await this.#o.network.connect({ address: nearestAddress(found.addresses), port }, signal);
    } catch (error) {
      throw new BerthError('PORT_CLOSED', `port ${port} takes no connection: ${messageOf(error)}`, {
        values,
      });
    }
  }

  async #elsewhere(port: number): Promise<ListeningPort | undefined> {
    return (await this.#o.network.listeners(null)).find((one) => one.port === port);
  }
}
