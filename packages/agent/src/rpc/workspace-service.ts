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
import type { ObjectCaches } from '../sessions/workspace-port.ts';
import { carry } from './carry.ts';
import { notYet, type Wrapper } from './handler.ts';
import { opening } from './opening.ts';

export function workspaceService(options: {
  readonly wrap: Wrapper;
  readonly caches: ObjectCaches;
}): WorkspaceServiceServer {
  const { wrap, caches } = options;
  return {
    push: wrap.bidi<PushRequest, PushResponse>('Push', async (stream, { signal }) => {
      const message = (await opening(stream, signal))?.message;
      if (message?.$case !== 'open') throw unopened('push');
      checkUpload(message.open);
      await caches.receive(message.open, (program) => carry(stream, program, signal));
    }),
    pull: wrap.bidi<PullRequest, PullResponse>('Pull', notYet),
    snapshot: wrap.unary('Snapshot', notYet),
    download: wrap.serverStream('Download', notYet),
    upload: (_call, callback) => callback(new Error('not built yet')),
  };
}

function unopened(what: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', `the first message of a ${what} must open it`);
}
