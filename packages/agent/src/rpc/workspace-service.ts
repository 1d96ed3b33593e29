/** berth.v1.WorkspaceService: git's own protocol both ways, between a caller and a program of git. */
import type { Socket } from 'node:net';
import { BerthError } from '@berth/shared/domain/berth-error';
import type {
  PullRequest,
  PullResponse,
  PushRequest,
  PushResponse,
  WorkspaceServiceServer,
} from '@berth/shared/gen/berth/v1/workspace';
import { checkUpload } from '../domain/sources.ts';
import type { SessionFiles } from '../sessions/files-port.ts';
import type { Registry } from '../sessions/registry.ts';
import type { ObjectCaches, SessionRepositories } from '../sessions/workspace-port.ts';
import { carry } from './carry.ts';
import { type FilesServiceOptions, filesCalls } from './files-service.ts';
import type { Wrapper } from './handler.ts';
import { firstMessage } from './opening.ts';
import { refuseExternal } from './orders.ts';
import type { OwnConnections } from './own-connections.ts';

const NOT_OURS = {
  cannot: 'take work out of',
  hint: 'Berth did not start it: go there and push from its directory',
};

export interface WorkspaceServiceOptions extends FilesServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly files: SessionFiles;
  readonly caches: ObjectCaches;
  readonly repositories: SessionRepositories;
  readonly connections: OwnConnections;
}

export function workspaceService(options: WorkspaceServiceOptions): WorkspaceServiceServer {
  const { wrap, registry, files, caches, repositories, connections } = options;

  /** Of a session, living or ended. */
  function pathsOf(session: string) {
    refuseExternal(session, NOT_OURS);
    return files.paths(registry.resolve(session).id);
  }

  /** Null where the bytes go over the call. */
  async function ownConnection(
    stream: { write(answer: PushResponse & PullResponse): unknown },
    open: { readonly ownConnection: boolean },
    signal: AbortSignal,
  ): Promise<Socket | null> {
    if (!open.ownConnection) return null;
    const { name, arrives } = connections.expect(signal);
    stream.write({ data: Buffer.alloc(0), connection: name });
    return await arrives;
  }

  return {
    push: wrap.bidi<PushRequest, PushResponse>('Push', async (stream, { signal }) => {
      const message = (await firstMessage(stream, signal))?.message;
      if (message?.$case !== 'open') throw unopened('push');
      checkUpload(message.open);
      const connection = await ownConnection(stream, message.open, signal);
      try {
        await caches.receive(message.open, connection, (program) => carry(stream, program, signal));
      } finally {
        // Where git never had it.
        connection?.destroy();
      }
    }),
    pull: wrap.bidi<PullRequest, PullResponse>('Pull', async (stream, { signal }) => {
      const message = (await firstMessage(stream, signal))?.message;
      if (message?.$case !== 'open') throw unopened('pull');
      const { session, protocol } = message.open;
      if (!/^[\x20-\x7e]{0,256}$/.test(protocol)) {
        throw new BerthError(
          'ARGUMENT_INVALID',
          'the protocol of a pull must be printable, at most 256 characters',
        );
      }
      const { workspace } = pathsOf(session);
      const connection = await ownConnection(stream, message.open, signal);
      try {
        await using program = await repositories.upload(workspace, protocol, connection);
        await carry(stream, program, signal);
      } finally {
        connection?.destroy();
      }
    }),
    snapshot: wrap.unary('Snapshot', async ({ session }, { signal }) => {
      const { workspace, outputDir } = pathsOf(session);
      const { branches, ...state } = await repositories.snapshot(workspace, signal);
      return { ...state, branches: [...branches], outputDirectory: outputDir };
    }),
    ...filesCalls(options),
  };
}

function unopened(what: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', `the first message of a ${what} must open it`);
}
