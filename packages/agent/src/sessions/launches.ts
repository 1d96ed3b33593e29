/** What a session is launched with, made again from its record. */
import type { Begun } from '../domain/session.ts';
import { preludeOf } from '../domain/sources.ts';
import type { SessionFiles } from './files-port.ts';
import type { PresetRunner } from './preset-runner.ts';
import { sessionVariables } from './session-variables.ts';
import type { Workspaces } from './workspace-port.ts';

export interface Launches {
  /** As a session has it that is launched now; what was passed to it is not kept. */
  environment(session: Begun): Promise<Readonly<Record<string, string>>>;
  /** Lays out a launch again: after a power cut nothing of it need be there. */
  restage(session: Begun): Promise<void>;
}

export function createLaunches(o: {
  readonly files: SessionFiles;
  readonly workspaces: Workspaces;
  readonly presets: PresetRunner;
  readonly environment: { variables(): Promise<Readonly<Record<string, string>>> };
  readonly hostname: string;
}): Launches {
  async function outfit(session: Begun) {
    const paths = o.files.paths(session.id);
    const own = sessionVariables(session, { paths, hostname: o.hostname });
    const { offered, env, files } = o.presets.outfit(session.spec, paths.toolDir);
    return { env: { ...offered, ...(await o.environment.variables()), ...env, ...own }, toolFiles: files };
  }

  return {
    environment: async (session) => (await outfit(session)).env,
    async restage(session) {
      const { source } = session.spec;
      await o.files.restage(session, {
        ...(await outfit(session)),
        prelude: preludeOf(source),
        layOut: (workspace) => o.workspaces.layOut(source, workspace),
      });
    },
  };
}
