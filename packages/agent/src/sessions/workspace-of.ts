import type { Session } from '../domain/session.ts';
import type { SessionPaths } from './ports.ts';

/** Where a session works, as people are told: the workspace may be a link to a directory of the user's own. */
export function workspaceOf(session: Session, paths: SessionPaths): string {
  const source = 'spec' in session ? session.spec.source : null;
  return source?.kind === 'directory' ? source.path : paths.workspace;
}
