/** Listening on a Unix socket for gRPC: one of our own, or one that systemd opened and keeps. */

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket, type Server as SocketServer } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { MAX_SOCKET_PATH_BYTES } from '@berth/shared/domain/limits';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { flowing } from './flowing.ts';

/** Where to listen: a path of our own, or a socket that systemd opened there and keeps (its number). */
export interface Listening {
  readonly path: string;
  readonly descriptor: number | null;
}

const DRAIN_MS = 2000;

/**
 * The caller owns the place, so a socket that is there is stale. Disposing lets calls under way end.
 * `sort` decides of each connection whether it is one of gRPC, and then has it greeted.
 */
export async function acceptOn(
  server: Server,
  socket: Listening,
  sort: (connection: Socket, greet: () => void) => void = (_, greet) => greet(),
): Promise<AsyncDisposable> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const open = new Set<Socket>();
  const listener = createServer((connection) => {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
    // A caller that goes away while it is greeted is no error of ours.
    connection.on('error', () => {});
    sort(connection, () => injector.injectConnection(flowing(connection)));
  });
  if (socket.descriptor === null) await listenAt(listener, socket.path);
  else await listening(listener, { fd: socket.descriptor });
  return {
    async [Symbol.asyncDispose]() {
      // Calls that come from now on wait in systemd's socket, or find nobody.
      listener.close();
      const closed = [...open].map((connection) => once(connection, 'close'));
      // A frozen caller (a laptop that sleeps) answers nothing: it must not hold the agent.
      const late = setTimeout(() => {
        server.forceShutdown();
        for (const connection of open) connection.destroy();
      }, DRAIN_MS);
      // It tells callers to go; it may not know of connections that it did not accept itself.
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      await Promise.all(closed);
      clearTimeout(late);
    },
  };
}

async function listenAt(listener: SocketServer, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new BerthError(
      'SOCKET_PATH_TOO_LONG',
      `cannot listen on ${path}: the path has ${Buffer.byteLength(path)} bytes, the limit is ${MAX_SOCKET_PATH_BYTES}`,
    );
  }
  await refuseIfServed(path);
  await rm(path, { force: true });
  // Made with the right mode, never changed to it: nobody else can connect at any moment.
  const previous = process.umask(0o177);
  try {
    await listening(listener, { path });
  } catch (error) {
    throw new Error(`cannot listen on ${path}: ${messageOf(error)}`);
  } finally {
    process.umask(previous);
  }
}

function listening(listener: SocketServer, at: { path: string } | { fd: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(at, () => {
      listener.off('error', reject);
      resolve();
    });
  });
}

/** Another state directory's agent may use the same runtime directory: never take its socket. */
async function refuseIfServed(socket: string): Promise<void> {
  const served = await new Promise<boolean>((resolve) => {
    const probe = connect(socket);
    probe.once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
    setTimeout(() => resolve(true), 2000).unref();
    probe.once('connect', () => {
      resolve(true);
      probe.destroy();
    });
  });
  if (served) throw new BerthError('AGENT_RUNNING', `cannot start berthd: another one serves ${socket}`);
}
