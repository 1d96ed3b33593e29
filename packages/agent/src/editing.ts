/** Editors beside sessions, put together from the adapters that find, run and reach them. */
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';
import type { Config } from './config.ts';
import { editorDoor } from './editor/door.ts';
import { createEditorFiles } from './editor/editor-files.ts';
import runnerText from './editor/editor-run.sh';
import { createExtensions } from './editor/extensions.ts';
import { createInstallation } from './editor/installation.ts';
import type { LoginEnvironment } from './environment/login-environment.ts';
import type { EditorUnitsFor } from './ground.ts';
import { bootId } from './host.ts';
import type { Log } from './log.ts';
import { privateDirectory } from './runtime-directory.ts';
import { Editors } from './sessions/editors.ts';
import type { Executions } from './sessions/executions.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import { observe } from './sessions/observe.ts';
import type { Terminals, Units } from './sessions/ports.ts';
import type { Registry } from './sessions/registry.ts';
import { workspaceOf } from './sessions/workspace-of.ts';

export interface EditingOptions {
  readonly config: Pick<Config, 'home' | 'stateDirectory' | 'runtimeDirectory'>;
  readonly registry: Registry;
  readonly files: SessionFiles;
  readonly units: Units;
  readonly terminals: Terminals;
  readonly editorUnits: EditorUnitsFor;
  readonly executions: Executions;
  readonly environment: LoginEnvironment;
  /** On tmpfs; null where the machine has none. */
  readonly secretDirectory: string | null;
  readonly now: () => number;
  readonly log: Log;
}

/** Those that ran under the agent before this one are found again by the time this resolves. */
export async function openEditors(options: EditingOptions): Promise<Editors> {
  const { config, registry, files, units, terminals, executions, environment, now, log } = options;
  const { stateDirectory, runtimeDirectory } = config;
  const secrets = options.secretDirectory ?? privateDirectory(path.join(runtimeDirectory, 'env'));
  const programs = createInstallation({
    home: config.home,
    find: (program) => environment.find(program),
    variables: () => environment.variables(),
  });
  const runner = installRunner(stateDirectory);
  const editors = new Editors({
    ...{ registry, programs, now },
    files: createEditorFiles({
      paths: files.paths,
      runtimeDirectory: privateDirectory(path.join(runtimeDirectory, 'e')),
      secretDirectory: privateDirectory(path.join(secrets, 'editor')),
      bootId: bootId(),
    }),
    extensions: createExtensions({
      directory: path.join(stateDirectory, 'editor-extensions'),
      packages: path.join(programs.installDirectory, 'extensions'),
      find: () => programs.find(),
      variables: () => environment.variables(),
    }),
    door: editorDoor,
    unitsOf: options.editorUnits(runner),
    sessionUnits: units,
    async surroundings(session) {
      const { env } = await executions.surroundings(session);
      return { env, workspace: workspaceOf(session, files.paths(session.id)) };
    },
    async ending(session) {
      const seen = await observe(session, { files, units, terminals, bootId: bootId() });
      return seen.exit !== null || seen.unit === 'gone' || seen.terminal !== 'open';
    },
    log: (fields, message) => log.info(fields, message),
  });
  await editors.begin();
  return editors;
}

/** Written anew at each start, whole. */
function installRunner(stateDirectory: string): string {
  const file = path.join(stateDirectory, 'lib/editor-run.sh');
  replaceFile(file, runnerText);
  return file;
}
