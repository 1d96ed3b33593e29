/** The gRPC server on its Unix socket: services, health, reflection, and a clean end. */
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server as SocketServer } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { MAX_SOCKET_PATH_BYTES } from '@berth/shared/domain/limits';
import { type EventServiceServer, EventServiceService } from '@berth/shared/gen/berth/v1/event';
import { type HostServiceServer, HostServiceService } from '@berth/shared/gen/berth/v1/host';
import { type SessionServiceServer, SessionServiceService } from '@berth/shared/gen/berth/v1/session';
import { type TerminalServiceServer, TerminalServiceService } from '@berth/shared/gen/berth/v1/terminal';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { addReflection } from './reflection.ts';

export interface Services {
  readonly session: SessionServiceServer;
  readonly terminal: TerminalServiceServer;
  readonly event: EventServiceServer;
  readonly host: HostServiceServer;
}

const SERVICES = ['Session', 'Terminal', 'Event', 'Host'].map((name) => `berth.v1.${name}Service`);
const DRAIN_MS = 2000;

export interface RpcServer extends AsyncDisposable {
  /** What grpc.health.v1 answers for a service ('': the whole agent) from now on. */
  setHealth(service: string, healthy: boolean): void;
}

/** Where to listen: a path of our own, or a socket that systemd opened there and keeps (its number). */
export interface Listening {
  readonly path: string;
  readonly descriptor: number | null;
}

/** Serves until disposed. The caller owns the state directory's lock, so a socket that is there is stale. */
export async function serve(options: { socket: Listening; services: Services }): Promise<RpcServer> {
  const { socket, services } = options;
  const server = new Server({ 'grpc.max_receive_message_length': 8 * 1024 * 1024 });
  server.addService(SessionServiceService, services.session);
  server.addService(TerminalServiceService, services.terminal);
  server.addService(EventServiceService, services.event);
  server.addService(HostServiceService, services.host);
  const statuses = Object.fromEntries(['', ...SERVICES].map((name) => [name, 'SERVING' as const]));
  const health = new HealthImplementation(statuses);
  health.addToServer(server);
  await addReflection(server);

  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((connection) => {
    // A caller that goes away while it is greeted is no error of ours.
    connection.on('error', () => {});
    injector.injectConnection(connection);
  });
  if (socket.descriptor === null) await listenAt(listener, socket.path);
  else await listening(listener, { fd: socket.descriptor });
  let stopping = false;
  return {
    setHealth(service, healthy) {
      if (!stopping) health.setStatus(service, healthy ? 'SERVING' : 'NOT_SERVING');
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      for (const name of ['', ...SERVICES]) health.setStatus(name, 'NOT_SERVING');
      // Calls that come from now on wait in systemd's socket, or find nobody.
      listener.close();
      const drained = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const late = setTimeout(() => server.forceShutdown(), DRAIN_MS);
      await drained;
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
  // Nobody else may connect in the moment between bind and chmod.
  const previous = process.umask(0o177);
  try {
    await listening(listener, { path });
  } catch (error) {
    throw new Error(`cannot listen on ${path}: ${messageOf(error)}`);
  } finally {
    process.umask(previous);
  }
  await chmod(path, 0o600);
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
    probe.once('connect', () => resolve(true));
    probe.once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
    setTimeout(() => resolve(true), 2000).unref();
    probe.once('connect', () => probe.destroy());
  });
  if (served) throw new BerthError('AGENT_RUNNING', `cannot start berthd: another one serves ${socket}`);
}
