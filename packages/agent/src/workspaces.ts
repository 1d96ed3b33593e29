/** What sessions begin with and what becomes of it, put together from the adapters that know how. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Config } from './config.ts';
import { checkSource } from './domain/sources.ts';
import { linkDirectory, settleDirectory } from './files/directory-source.ts';
import { layOutCheckout } from './git/checkout.ts';
import { GitObjectCaches } from './git/object-caches.ts';
import { createSessionRepositories } from './git/session-repositories.ts';
import type { Log } from './log.ts';
import { privateDirectory } from './runtime-directory.ts';
import type { ObjectCaches, SessionRepositories, Workspaces } from './sessions/workspace-port.ts';

export interface OpenWorkspaces extends Workspaces, AsyncDisposable {
  readonly caches: ObjectCaches;
  readonly repositories: SessionRepositories;
}

/** `state`: the agent's state directory. */
export function openWorkspaces(options: {
  state: string;
  config: Pick<Config, 'home'>;
  log: Log;
}): OpenWorkspaces {
  const { state, log } = options;
  const { home } = options.config;
  const caches = new GitObjectCaches({
    directory: privateDirectory(path.join(state, 'repositories')),
    onProblem: (repository, error) =>
      log.warn({ repository, error: messageOf(error) }, 'cannot tidy up the objects of a repository'),
  });
  return {
    caches,
    repositories: createSessionRepositories(),
    async settle(source) {
      checkSource(source);
      return source.kind === 'directory'
        ? { kind: 'directory', path: await settleDirectory(source.path, home) }
        : source;
    },
    async layOut(source, directory) {
      switch (source.kind) {
        case 'directory':
          return await linkDirectory(await settleDirectory(source.path, home), directory);
        case 'checkout':
          return await layOutCheckout(caches, source, directory);
        // A clone is made by the session itself: see preludeOf.
        case 'clone':
        case 'empty':
          await mkdir(directory, { mode: 0o700 });
      }
    },
    [Symbol.asyncDispose]: () => caches[Symbol.asyncDispose](),
  };
}
