/**
 * What keeps git from running anything. A repository is somebody else's: what it configures may be
 * read, but its programs are switched off by name (file system monitor, hooks, the filters of its
 * attributes), nothing is fetched, and a repository of another user is left alone, as git itself does.
 */
import path from 'node:path';

export type Setting = readonly [name: string, value: string];

/** Over the repository's own configuration. */
export const NOTHING_RUNS: readonly Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.sshCommand', 'false'],
  ['credential.helper', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/** Lists the names of settings that define filters, for `withoutFilters`. */
export const LIST_FILTERS = ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'] as const;

/** For git in somebody's repository, with the user's own configuration. */
export function guardedEnvironment(directory: string): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CONFIG_HOME } = process.env;
  return {
    ...{ PATH, HOME, XDG_CONFIG_HOME, LC_ALL: 'C' },
    // A session's work is never held up by a look at it.
    GIT_OPTIONAL_LOCKS: '0',
    // Not the repository in which the state directory happens to lie.
    GIT_CEILING_DIRECTORIES: path.dirname(directory),
    ...NOTHING_FETCHED,
  };
}

/** For git in a repository that the agent makes itself: nobody's configuration but what it writes there. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return {
    ...{ PATH: process.env.PATH, LC_ALL: 'C' },
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    ...BERTH_IDENTITY,
    ...NOTHING_FETCHED,
  };
}

/** Whoever makes a commit or an entry in a reflog; a host need not know its user's name. */
export const BERTH_IDENTITY = {
  GIT_AUTHOR_NAME: 'Berth',
  GIT_AUTHOR_EMAIL: 'berth@localhost',
  GIT_COMMITTER_NAME: 'Berth',
  GIT_COMMITTER_EMAIL: 'berth@localhost',
} as const;

/** A partial clone would fetch what it lacks. */
const NOTHING_FETCHED = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/** For git's command line, which ends a name at its first `=`. */
export function asArguments(settings: readonly Setting[]): string[] {
  const odd = settings.find(([name]) => name.includes('='));
  if (odd) throw new Error(`${odd[0]} cannot be switched off`);
  return settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** What switches off every filter of which LIST_FILTERS told a setting. */
export function withoutFilters(names: string): Setting[] {
  const filters = new Set(
    names.split('\0').flatMap((name) => {
      const end = name.lastIndexOf('.');
      return end > 'filter.'.length ? [name.slice(0, end)] : [];
    }),
  );
  return [...filters].flatMap((filter): Setting[] => [
    [`${filter}.clean`, ''],
    [`${filter}.smudge`, ''],
    [`${filter}.process`, ''],
    [`${filter}.required`, 'false'],
  ]);
}
