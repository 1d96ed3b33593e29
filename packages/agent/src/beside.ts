/** Commands beside sessions, put together from the adapters that run them. */
import path from 'node:path';
import type { Session } from './domain/session.ts';
import { processTable } from './plain/processes.ts';
import { openPtys } from './pty/open-pty.ts';
import { privateDirectory } from './runtime-directory.ts';
import { Executions } from './sessions/executions.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import type { Terminals } from './sessions/ports.ts';
import { createTmuxExecs } from './tmux/execs.ts';

export interface BesideOptions {
  readonly tmux: string;
  /** Path of exec-run.sh. */
  readonly runner: string;
  readonly runtimeDirectory: string;
  /** On tmpfs; null where the machine has none. */
  readonly secretDirectory: string | null;
  readonly files: SessionFiles;
  readonly terminals: Terminals;
  /** Path of the user's login shell. */
  readonly shell: string;
  /** What a session would be started with now. */
  readonly environmentOf: (session: Session) => Promise<Readonly<Record<string, string>>>;
}

export async function openExecutions(options: BesideOptions): Promise<Executions> {
  const { tmux, runner, files, terminals, shell } = options;
  const secrets = options.secretDirectory ?? privateDirectory(path.join(options.runtimeDirectory, 'env'));
  const openPty = await openPtys();
  const directory = path.join(secrets, 'exec');
  const execs = await createTmuxExecs({ tmux, runner, directory, processes: processTable, openPty });
  return new Executions({
    execs,
    files,
    terminals,
    processes: processTable,
    shell,
    fallback: options.environmentOf,
  });
}
