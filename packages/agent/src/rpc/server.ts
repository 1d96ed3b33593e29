/** The gRPC server on its Unix socket: services, health, reflection, and a clean end. */
import { type AttentionServiceServer, AttentionServiceService } from '@berth/shared/gen/berth/v1/attention';
import { type EditorServiceServer, EditorServiceService } from '@berth/shared/gen/berth/v1/editor';
import { type EventServiceServer, EventServiceService } from '@berth/shared/gen/berth/v1/event';
import { type HooksServiceServer, HooksServiceService } from '@berth/shared/gen/berth/v1/hooks';
import { type HostServiceServer, HostServiceService } from '@berth/shared/gen/berth/v1/host';
import type { PortServiceServer } from '@berth/shared/gen/berth/v1/port';
import { type SessionServiceServer, SessionServiceService } from '@berth/shared/gen/berth/v1/session';
import { type TerminalServiceServer, TerminalServiceService } from '@berth/shared/gen/berth/v1/terminal';
import { type WorkspaceServiceServer, WorkspaceServiceService } from '@berth/shared/gen/berth/v1/workspace';
import { DialService } from '@berth/shared/wire/dial-bytes';
import { HealthService } from '@berth/shared/wire/health';
import { Server } from '@grpc/grpc-js';
import { healthService } from './health-service.ts';
import { acceptOn, type Listening } from './listen.ts';
import type { OwnConnections } from './own-connections.ts';
import { widenReceiveWindows } from './receive-window.ts';
import { addReflection } from './reflection.ts';

export interface Services {
  readonly session: SessionServiceServer;
  readonly terminal: TerminalServiceServer;
  readonly event: EventServiceServer;
  readonly host: HostServiceServer;
  readonly attention: AttentionServiceServer;
  readonly hooks: HooksServiceServer;
  readonly workspace: WorkspaceServiceServer;
  readonly port: PortServiceServer;
  readonly editor: EditorServiceServer;
}

const SERVICES = [
  ...['Session', 'Terminal', 'Event', 'Host', 'Attention', 'Hooks', 'Workspace', 'Port', 'Editor'],
].map((name) => `berth.v1.${name}Service`);

export interface RpcServer extends AsyncDisposable {
  /** What grpc.health.v1 answers for a service ('': the whole agent) from now on. */
  setHealth(service: string, healthy: boolean): void;
}

/** Serves until disposed. The caller owns the state directory's lock, so a socket that is there is stale. */
export async function serve(options: {
  socket: Listening;
  services: Services;
  connections: OwnConnections;
}): Promise<RpcServer> {
  const { services, connections } = options;
  const server = new Server({ 'grpc.max_receive_message_length': 8 * 1024 * 1024 });
  server.addService(SessionServiceService, services.session);
  server.addService(TerminalServiceService, services.terminal);
  server.addService(EventServiceService, services.event);
  server.addService(HostServiceService, services.host);
  server.addService(AttentionServiceService, services.attention);
  server.addService(HooksServiceService, services.hooks);
  server.addService(WorkspaceServiceService, services.workspace);
  server.addService(DialService, services.port);
  server.addService(EditorServiceService, services.editor);
  const names = ['', ...SERVICES];
  const health = healthService(names);
  server.addService(HealthService, health.handlers);
  addReflection(server, SERVICES);

  const windows = widenReceiveWindows();
  const accepting = await acceptOn(server, options.socket, (connection, greet) =>
    connections.sort(connection, greet),
  );
  let stopping = false;
  return {
    setHealth(service, healthy) {
      if (!stopping) health.set(service, healthy ? 'SERVING' : 'NOT_SERVING');
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      for (const name of names) health.set(name, 'NOT_SERVING');
      await accepting[Symbol.asyncDispose]();
      windows[Symbol.dispose]();
    },
  };
}
