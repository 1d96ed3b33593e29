/** What runs beside sessions, put together from the adapters that run it: commands, and editors. */
import path from 'node:path';
import type { Config } from './config.ts';
import type { Session } from './domain/session.ts';
import { type EditingOptions, openEditors } from './editing.ts';
import { processTable } from './plain/processes.ts';
import { openPtys } from './pty/open-pty.ts';
import { privateDirectory } from './runtime-directory.ts';
import type { Editors } from './sessions/editors.ts';
import { Executions } from './sessions/executions.ts';
import { createTmuxExecs } from './tmux/execs.ts';

export interface BesideOptions extends Omit<EditingOptions, 'executions'> {
  readonly config: Pick<Config, 'home' | 'shell' | 'stateDirectory' | 'runtimeDirectory'>;
  readonly tmux: string;
  /** Path of exec-run.sh. */
  readonly runner: string;
  /** What a session would be started with now. */
  readonly environmentOf: (session: Session) => Promise<Readonly<Record<string, string>>>;
}

/** Both end with `scope`; editors go on without the agent. */
export async function openBeside(
  scope: AsyncDisposableStack,
  options: BesideOptions,
): Promise<{ executions: Executions; editors: Editors }> {
  const executions = await openExecutions(options);
  return { executions, editors: scope.use(await openEditors({ ...options, executions })) };
}

async function openExecutions(options: BesideOptions): Promise<Executions> {
  const { tmux, runner, files, terminals, config } = options;
  const secrets = options.secretDirectory ?? privateDirectory(path.join(config.runtimeDirectory, 'env'));
  const openPty = await openPtys();
  const directory = path.join(secrets, 'exec');
  const execs = await createTmuxExecs({ tmux, runner, directory, processes: processTable, openPty });
  return new Executions({
    execs,
    files,
    terminals,
    processes: processTable,
    shell: config.shell,
    fallback: options.environmentOf,
  });
}
