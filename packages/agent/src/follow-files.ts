/** What the agent learns from files that others write, put together. */
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Config } from './config.ts';
import { createArtifacts } from './files/artifacts.ts';
import { createReportFiles } from './files/report-files.ts';
import { createGit } from './git/state.ts';
import type { Log } from './log.ts';
import { createDetails, type Details } from './sessions/details.ts';
import { ExternalCommands } from './sessions/external-commands.ts';
import { ExternalSessions } from './sessions/external-sessions.ts';
import { ExternalTerminals } from './sessions/external-terminals.ts';
import { FileNews } from './sessions/file-news.ts';
import type { SessionFiles } from './sessions/files-port.ts';
import type { Journal } from './sessions/journal-port.ts';
import type { Watcher } from './sessions/ports.ts';
import type { Registry } from './sessions/registry.ts';
import { createUserTmux } from './tmux/user-sessions.ts';

export interface FollowedFiles extends AsyncDisposable {
  readonly details: Details;
  /** What is done to sessions of others' tools. */
  readonly commands: ExternalCommands;
  readonly terminals: ExternalTerminals;
}

/** Before sessions are brought together with what was recorded: ends are then told whole. */
export function followFiles(options: {
  config: Config;
  log: Log;
  registry: Registry;
  files: SessionFiles;
  watcher: Watcher;
  journal: Journal;
  /** The program. */
  tmux: string;
}): FollowedFiles {
  const { config, log, registry, files, watcher, journal } = options;
  const artifacts = createArtifacts();
  const news = new FileNews({
    registry,
    files,
    watcher,
    artifacts,
    now: () => performance.now(),
    onProblem: (session, error) =>
      log.warn({ session, error: messageOf(error) }, 'cannot tell of files of a session'),
  });
  const tmux = createUserTmux(options.tmux);
  const git = createGit();
  const external = new ExternalSessions({
    files: createReportFiles(config.externalSessions),
    tmux,
    watcher,
    registry,
    journal,
    now: () => Date.now(),
    onProblem: (message) => log.warn(message),
  });
  return {
    details: createDetails({ files, artifacts, git }),
    commands: new ExternalCommands({ external, tmux, registry, git }),
    terminals: new ExternalTerminals({ external, tmux }),
    async [Symbol.asyncDispose]() {
      await Promise.all([news[Symbol.asyncDispose](), external[Symbol.asyncDispose]()]);
    },
  };
}
