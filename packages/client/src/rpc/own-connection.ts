/** Connections to an agent's socket that carry the bytes of one call, and no gRPC. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { connectionLine } from '@berth/shared/wire/own-connection';
import type { Link } from '../tunnel/link.ts';

/** To one host. */
export interface Way {
  readonly host: { readonly name: string };
  readonly link: Pick<Link, 'kind' | 'socketPath'>;
}

/** By dial-stdio each connection costs the start of a program over there. */
export function mayConnect({ link }: Way): boolean {
  return link.kind !== 'dial-stdio';
}

/**
 * The one that a call expects under this name. Nothing of it is read here, and its errors are told to whoever
 * does. `purpose`: `a connection for …` in the error. Throws HOST_UNREACHABLE.
 */
export async function ownConnection({ host, link }: Way, name: string, purpose: string): Promise<Socket> {
  const socket = connect({ path: link.socketPath, allowHalfOpen: true });
  socket.pause();
  try {
    await once(socket, 'connect');
    socket.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      socket.write(connectionLine(name), (error) => (error ? reject(error) : resolve()));
    });
    return socket;
  } catch (error) {
    const message = `cannot open a connection for ${purpose} to ${host.name}: ${messageOf(error)}`;
    throw new BerthError('HOST_UNREACHABLE', message, { values: { host: host.name } });
  }
}
