/** berth.v1.WorkspaceService: git's own protocol both ways, between a caller and a program of git. */
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
}

export function workspaceService(options: WorkspaceServiceOptions): WorkspaceServiceServer {
  const { wrap, registry, files, caches, repositories } = options;

  /** Of a session, living or ended. */
  function pathsOf(session: string) {
    refuseExternal(session, NOT_OURS);
    return files.paths(registry.resolve(session).id);
  }

  return {
    push: wrap.bidi<PushRequest, PushResponse>('Push', async (stream, { signal }) => {
      const message = (await firstMessage(stream, signal))?.message;
      if (message?.$case !== 'open') throw unopened('push');
      checkUpload(message.open);
      await caches.receive(message.open, (program) => carry(stream, program, signal));
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
      await using program = await repositories.upload(pathsOf(session).workspace, protocol);
      await carry(stream, program, signal);
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
