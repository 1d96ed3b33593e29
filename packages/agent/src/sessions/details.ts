/** What is looked up only when one session is asked for. */
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { Session } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import type { Artifacts, Git } from './ports.ts';

export type Details = (session: Session) => Promise<SessionDetails>;

export function createDetails(ports: { files: SessionFiles; artifacts: Artifacts; git: Git }): Details {
  return async (session) => {
    const paths = ports.files.paths(session.id);
    const [git, found] = await Promise.all([
      ports.git.state(paths.workspace),
      ports.artifacts.list(paths.outputDir),
    ]);
    return {
      git,
      artifacts: found.artifacts,
      outputDirectory: paths.outputDir,
      statusDirectory: paths.statusDir,
      tmuxSocket: paths.tmuxSocket,
    };
  };
}
