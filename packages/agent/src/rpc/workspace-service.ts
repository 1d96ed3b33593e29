/** berth.v1.WorkspaceService: files here, git's own protocol to come. */
import type { WorkspaceServiceServer } from '@berth/shared/gen/berth/v1/workspace';
import { type FilesServiceOptions, filesCalls } from './files-service.ts';
import { notYet } from './handler.ts';

export function workspaceService(options: FilesServiceOptions): WorkspaceServiceServer {
  const { wrap } = options;
  return {
    push: wrap.bidi('Push', notYet),
    pull: wrap.bidi('Pull', notYet),
    snapshot: wrap.unary('Snapshot', notYet),
    ...filesCalls(options),
  };
}
