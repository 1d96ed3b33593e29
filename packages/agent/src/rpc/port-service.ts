/** berth.v1.PortService: what sessions listen on, and connections to it. */
import type { Duplex } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { DialOpen, DialRequest, DialResponse, PortServiceServer } from '@berth/shared/gen/berth/v1/port';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Editors } from '../sessions/editors.ts';
import type { Registry } from '../sessions/registry.ts';
import type { SessionPorts } from '../sessions/session-ports.ts';
import type { Wrapper } from './handler.ts';
import { firstMessage } from './opening.ts';
import { refuseExternal } from './orders.ts';

type Stream = ServerDuplexStream<DialRequest, DialResponse>;

export interface PortServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly sessionPorts: SessionPorts;
  readonly editors: Pick<Editors, 'connect'>;
}

const NOT_OURS = {
  cannot: 'reach the ports of',
  hint: 'Berth did not start it: ssh -L forwards any port of the host',
};

export function portService(options: PortServiceOptions): PortServiceServer {
  const { wrap, registry, sessionPorts, editors } = options;
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

  return {
    listPorts: wrap.unary('ListPorts', async ({ session }) => {
      const ports = await sessionPorts.list(ours(session));
      return { ports: ports.map(({ addresses, ...rest }) => ({ ...rest, addresses: [...addresses] })) };
    }),
    dial: wrap.bidi('Dial', async (stream: Stream, { signal }) => {
      const first = await firstMessage(stream, signal);
      if (signal.aborted) return;
      if (first?.message?.$case !== 'open') throw invalid('the first message of a connection must open it');
      const connection = await dial(first.message.open, signal);
      if (signal.aborted) return void connection.destroy();
      stream.write({ message: { $case: 'opened', opened: {} } });
      await pump(stream, connection, signal);
    }),
  };
}

/** Bytes both ways, each at the pace of its reader. Resolves once both sides have ended, or the caller left. */
async function pump(stream: Stream, connection: Duplex, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  connection.on('data', (data: Buffer) => {
    if (stream.write({ message: { $case: 'data', data } })) return;
    connection.pause();
    stream.once('drain', () => connection.resume());
  });
  connection.on('end', () => stream.write({ message: { $case: 'end', end: {} } }));
  connection.on('error', (error) =>
    over.reject(new BerthError('PORT_CLOSED', `the connection broke: ${error.message}`)),
  );
  connection.on('close', () => over.resolve());
  stream.on('data', ({ message }: DialRequest) => {
    if (message?.$case === 'end') connection.end();
    if (message?.$case !== 'data' || connection.writableEnded || connection.destroyed) return;
    if (connection.write(message.data)) return;
    stream.pause();
    connection.once('drain', () => stream.resume());
  });
  if (stream.readableEnded) connection.end();
  // Of a link that is lost comes an end, too, and then that the call is cancelled: nobody has left.
  stream.on('end', () => setImmediate(() => signal.aborted || connection.end()));
  stream.on('error', () => connection.destroy());
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  stream.resume();
  try {
    await over.promise;
  } finally {
    connection.destroy();
  }
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}
