/** Lays out a launch again from the session's record: after a power cut nothing of it need be there. */
import type { Begun } from '../domain/session.ts';
import { preludeOf } from '../domain/sources.ts';
import type { SessionFiles } from './files-port.ts';
import type { PresetRunner } from './preset-runner.ts';
import { sessionVariables } from './session-variables.ts';
import type { Workspaces } from './workspace-port.ts';

export function createRestage(o: {
  readonly files: SessionFiles;
  readonly workspaces: Workspaces;
  readonly presets: PresetRunner;
  readonly environment: { variables(): Promise<Readonly<Record<string, string>>> };
  readonly hostname: string;
}): (session: Begun) => Promise<void> {
  return async (session) => {
    const { source } = session.spec;
    const paths = o.files.paths(session.id);
    const own = sessionVariables(session, { paths, hostname: o.hostname });
    const outfit = o.presets.outfit(session.spec, paths.toolDir);
    await o.files.restage(session, {
      env: { ...outfit.offered, ...(await o.environment.variables()), ...outfit.env, ...own },
      toolFiles: outfit.files,
      prelude: preludeOf(source),
      layOut: (workspace) => o.workspaces.layOut(source, workspace),
    });
  };
}
