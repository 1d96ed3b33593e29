/**
 * The state of a repository, by git: the only module that spells its arguments. A repository is
 * somebody else's: what it configures may be read, but nothing of it is run. Its programs are
 * switched off by name (file system monitor, hooks, the filters of its attributes), nothing is
 * fetched, and a repository of another user is left alone, as git itself does.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { GitState } from '@berth/shared/domain/session-details';
import type { Git } from '../sessions/ports.ts';

const DEADLINE_MS = 2000;
const MOST_OUTPUT = 32 * 1024 * 1024;

/** Over the repository's own configuration. */
const NOTHING_RUNS = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.sshCommand', 'false'],
  ['credential.helper', ''],
] as const;

export function createGit(program = 'git'): Git {
  /** Rejects where git fails, or takes too long. */
  function call(where: Where, args: readonly string[], settings: readonly Setting[]): Promise<string> {
    const { env, signal } = where;
    return new Promise((resolve, reject) => {
      execFile(
        program,
        ['--no-pager', ...asArguments(settings), ...args],
        {
          cwd: where.directory,
          env,
          signal,
          killSignal: 'SIGKILL',
          maxBuffer: MOST_OUTPUT,
        },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      );
    });
  }

  return {
    async state(directory) {
      try {
        const real = await realpath(directory);
        const where = { directory: real, env: environment(real), signal: AbortSignal.timeout(DEADLINE_MS) };
        const filters = await call(
          where,
          ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'],
          [],
        ).catch(noneFound);
        const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '--no-renames'];
        const settings = [...NOTHING_RUNS, ...withoutFilters(filters)];
        return parseStatus(await call(where, [...args, '--ignore-submodules=dirty'], settings));
      } catch {
        return null;
      }
    },
  };
}

type Setting = readonly [name: string, value: string];

interface Where {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

function environment(directory: string): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CONFIG_HOME } = process.env;
  return {
    ...{ PATH, HOME, XDG_CONFIG_HOME, LC_ALL: 'C' },
    // A session's work is never held up by a look at it.
    GIT_OPTIONAL_LOCKS: '0',
    // Not the repository in which the state directory happens to lie.
    GIT_CEILING_DIRECTORIES: path.dirname(directory),
    // A partial clone would fetch what it lacks.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** For git's command line, which ends a name at its first `=`. */
function asArguments(settings: readonly Setting[]): string[] {
  const odd = settings.find(([name]) => name.includes('='));
  if (odd) throw new Error(`${odd[0]} cannot be switched off`);
  return settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** `git config` ends with 1 where nothing fits. */
function noneFound(error: { readonly code?: unknown }): string {
  if (error.code === 1) return '';
  throw error;
}

function withoutFilters(names: string): Setting[] {
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

/** What `git status --porcelain=v2 --branch` prints. */
function parseStatus(text: string): GitState {
  const lines = text.split('\n');
  const header = (name: string): string =>
    lines.find((line) => line.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length) ?? '';
  const [commit, head] = [header('oid'), header('head')];
  const against = /^\+(\d+) -(\d+)$/.exec(header('ab'));
  return {
    branch: head === '(detached)' ? '' : head,
    commit: commit === '(initial)' ? '' : commit,
    dirtyFiles: lines.filter((line) => /^[12u?] /.test(line)).length,
    ahead: against ? Number(against[1]) : null,
    behind: against ? Number(against[2]) : null,
    upstream: header('upstream'),
  };
}
