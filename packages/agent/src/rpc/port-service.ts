/** berth.v1.PortService: what sessions listen on, and connections to it. */
import type { Duplex } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { DialOpen, PortServiceServer } from '@berth/shared/gen/berth/v1/port';
import type { Editors } from '../sessions/editors.ts';
import type { Registry } from '../sessions/registry.ts';
import type { SessionPorts } from '../sessions/session-ports.ts';
import type { Wrapper } from './handler.ts';
import { firstMessage } from './opening.ts';
import { refuseExternal } from './orders.ts';
import type { OwnConnections } from './own-connections.ts';
import { type DialCall, pump, splice } from './pump.ts';

export interface PortServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly sessionPorts: SessionPorts;
  readonly editors: Pick<Editors, 'connect'>;
  readonly connections: OwnConnections;
}

const NOT_OURS = {
  cannot: 'reach the ports of',
  hint: 'Berth did not start it: ssh -L forwards any port of the host',
};

export function portService(options: PortServiceOptions): PortServiceServer {
  const { wrap, registry, sessionPorts, editors, connections } = options;
  const ours = (session: string) => {
    refuseExternal(session, NOT_OURS);
    return registry.resolve(session);
  };

  async function dial({ session, target }: DialOpen, signal: AbortSignal): Promise<Duplex> {
    const found = ours(session);
    if (target?.$case === 'editor') return await editors.connect(found, signal);
    if (target?.$case !== 'port') throw invalid('a connection must name its port, or the editor');
    const { port } = target.port;
    if (port < 1 || port > 65_535) throw invalid(`${port} is no TCP port`);
    return await sessionPorts.dial(found, target.port, signal);
  }

  async function carried(
    stream: DialCall,
    { connection, ownConnection }: { connection: Duplex; ownConnection: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const opened = (name: string) =>
      stream.write({ message: { $case: 'opened', opened: { connection: name } } });
    if (!ownConnection) {
      opened('');
      return await pump(stream, connection, signal);
    }
    const { name, arrives } = connections.expect(signal, { speaksFirst: true });
    opened(name);
    const own = await arrives.catch((error: unknown) => {
      connection.destroy();
      throw error;
    });
    await splice(stream, { own, name, connection }, signal);
  }

  return {
    listPorts: wrap.unary('ListPorts', async ({ session }) => {
      const ports = await sessionPorts.list(ours(session));
      return { ports: ports.map(({ addresses, ...rest }) => ({ ...rest, addresses: [...addresses] })) };
    }),
    dial: wrap.bidi('Dial', async (stream: DialCall, { signal }) => {
      const first = await firstMessage(stream, signal);
      if (signal.aborted) return;
      if (first?.message?.$case !== 'open') throw invalid('the first message of a connection must open it');
      const { open } = first.message;
      const connection = await dial(open, signal);
      if (signal.aborted) return void connection.destroy();
      await carried(stream, { connection, ownConnection: open.ownConnection }, signal);
    }),
  };
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}
