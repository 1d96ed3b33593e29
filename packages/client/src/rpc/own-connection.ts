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
 * does. Throws HOST_UNREACHABLE.
 */
export async function ownConnection({ host, link }: Way, name: string): Promise<Socket> {
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
    const message = `cannot open another connection to ${host.name}: ${messageOf(error)}`;
    throw new BerthError('HOST_UNREACHABLE', message, { values: { host: host.name } });
  }
}

/**
 * What comes behind the line with which an agent takes a connection. An agent that was started anew knows
 * nothing of it and speaks as to any caller: throws for the first bytes that are not that line.
 */
export async function* bytesBehindLine(socket: Socket, name: string): AsyncGenerator<Buffer> {
  let left = Buffer.from(connectionLine(name));
  for await (const data of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const head = data.subarray(0, left.length);
    if (!head.equals(left.subarray(0, head.length))) throw new Error('its host no longer expects it');
    left = left.subarray(head.length);
    if (data.length > head.length) yield data.subarray(head.length);
  }
}
