/** The services of the API, each over the parts of the agent that it needs. */
import type { Config } from './config.ts';
import type { LoginEnvironment } from './environment/login-environment.ts';
import type { followFiles } from './follow-files.ts';
import type { createHostSnapshot } from './host.ts';
import type { Feed } from './journal/feed.ts';
import type { KeptDisk } from './keep-disk.ts';
import { network } from './network/network.ts';
import { attachHandler } from './rpc/attach.ts';
import { attentionService } from './rpc/attention-service.ts';
import { editorService } from './rpc/editor-service.ts';
import { eventService } from './rpc/event-service.ts';
import { execHandler } from './rpc/exec.ts';
import type { Wrapper } from './rpc/handler.ts';
import { hooksService } from './rpc/hooks-service.ts';
import { hostService } from './rpc/host-service.ts';
import { OwnConnections } from './rpc/own-connections.ts';
import { portService } from './rpc/port-service.ts';
import type { Services } from './rpc/server.ts';
import { sessionService } from './rpc/session-service.ts';
import { terminalService } from './rpc/terminal-service.ts';
import { workspaceService } from './rpc/workspace-service.ts';
import type { Attachments } from './sessions/attachments.ts';
import type { AttentionKeeper } from './sessions/attention-keeper.ts';
import type { Commands } from './sessions/commands.ts';
import type { Describe } from './sessions/describe.ts';
import type { Draining } from './sessions/draining.ts';
import type { Editors } from './sessions/editors.ts';
import type { Executions } from './sessions/executions.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import type { Journal } from './sessions/journal-port.ts';
import type { Screens, Terminals, Transcripts, Units } from './sessions/ports.ts';
import type { Registry } from './sessions/registry.ts';
import { SessionPorts } from './sessions/session-ports.ts';
import type { Supervisor } from './sessions/supervisor.ts';
import type { Suspension } from './sessions/suspension.ts';
import { Typist } from './sessions/typist.ts';
import type { prepareToolSupport } from './tool-support.ts';
import type { OpenWorkspaces } from './workspaces.ts';

export interface ServiceParts {
  readonly wrap: Wrapper;
  readonly config: Pick<Config, 'maxLifetimeMs'>;
  readonly journal: Journal;
  readonly feed: Feed;
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly transcripts: Transcripts;
  readonly terminals: Terminals;
  readonly units: Units;
  readonly describe: Describe;
  readonly attention: AttentionKeeper;
  readonly commands: Commands;
  readonly suspension: Suspension;
  readonly executions: Executions;
  readonly editors: Editors;
  readonly tools: Awaited<ReturnType<typeof prepareToolSupport>>;
  readonly news: ReturnType<typeof followFiles>;
  readonly environment: LoginEnvironment;
  readonly attachments: Attachments;
  readonly screens: Screens;
  readonly host: ReturnType<typeof createHostSnapshot>;
  readonly draining: Draining;
  readonly workspaces: OpenWorkspaces;
  readonly kept: KeptDisk;
}

/** With the connections that its calls expect. */
export interface OpenServices {
  readonly services: Services;
  readonly connections: OwnConnections;
}

export function createServices(parts: ServiceParts): OpenServices {
  const { wrap, journal, registry, supervisor, terminals, files, describe, attention, news, tools } = parts;
  const { screens } = parts;
  const typed = (session: string) => attention.typed(session);
  const connections = new OwnConnections();
  const services = {
    session: sessionService({
      ...parts,
      presets: tools.presets,
      details: news.details,
      external: news.commands,
      environment: () => parts.environment.variables(),
      newestEvent: () => journal.eventRange().newest,
      ...parts.kept,
      maxLifetimeMs: parts.config.maxLifetimeMs,
    }),
    terminal: terminalService({
      ...parts,
      external: news.terminals,
      attach: attachHandler({ ...parts, typed, external: news.terminals }),
      exec: execHandler(parts),
      typist: new Typist({
        terminals,
        screens,
        paths: files.paths,
        onOutput: (session, listener) => supervisor.onOutput(session, listener),
        onTyping: typed,
      }),
      typed: new Map(),
    }),
    event: eventService({ wrap, journal, feed: parts.feed }),
    host: hostService({ wrap, host: parts.host, draining: parts.draining }),
    attention: attentionService({ wrap, registry, keeper: attention, describe, external: news.commands }),
    hooks: hooksService({ wrap, hooks: tools.hooks }),
    workspace: workspaceService({ ...parts, ...parts.workspaces, connections }),
    port: portService({ ...parts, sessionPorts: new SessionPorts({ ...parts, network }), connections }),
    editor: editorService(parts),
  };
  return { services, connections };
}
