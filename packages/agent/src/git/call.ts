/** One run of git to its end. */
import { execFile } from 'node:child_process';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { asArguments, LIST_FILTERS, NOTHING_RUNS, type Setting, withoutFilters } from './safety.ts';

const DISK_FULL = /No space left on device|Disk quota exceeded/;
/** What is said where git cannot be run. */
export const NOT_THERE = 'git is not installed on this host, or not on the PATH of berthd';
const MOST_OUTPUT = 32 * 1024 * 1024;

export interface GitRun {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly program?: string;
  readonly settings?: readonly Setting[];
  readonly input?: string;
}

/**
 * Resolves with what git printed, one character for each byte: names of files need not be UTF-8.
 * `input` is taken the same way. Rejects with a GitError.
 */
export function runGit(run: GitRun, args: readonly string[]): Promise<string> {
  const { directory, env, signal, program = 'git', settings = [], input = '' } = run;
  const options = {
    cwd: directory,
    env,
    signal,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_OUTPUT,
    encoding: 'latin1',
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      ['--no-pager', ...asArguments(settings), ...args],
      options,
      (error, stdout, stderr) =>
        error ? reject(new GitError(args[0] ?? '', stderr, error)) : resolve(stdout),
    );
    // It may end before it has read everything: how it ended says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(Buffer.from(input, 'latin1'));
  });
}

/** The settings with which nothing runs that the repository in a directory configures. */
export async function safeSettings(run: GitRun): Promise<Setting[]> {
  const filters = await runGit(run, LIST_FILTERS).catch((error: unknown) => {
    // `git config` ends with 1 where nothing fits.
    if (error instanceof GitError && error.exitCode === 1) return '';
    throw error;
  });
  return [...NOTHING_RUNS, ...withoutFilters(filters)];
}

export class GitError extends Error {
  /** Null where it was ended from outside, or could not be run. */
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(command: string, stderr: string, cause: { readonly message: string; readonly code?: unknown }) {
    const why = cause.code === 'ENOENT' ? NOT_THERE : lastWords(stderr) || cause.message;
    super(`git ${command}: ${why}`, { cause });
    this.exitCode = typeof cause.code === 'number' ? cause.code : null;
    this.stderr = stderr;
  }

  /** As callers are told of it. */
  toBerthError(what: string): BerthError {
    if (DISK_FULL.test(this.stderr)) {
      return new BerthError('DISK_FULL', `${what}: the disk is full`, { cause: this });
    }
    return new BerthError('GIT_FAILED', `${what}: ${oneLine(this.message)}`, { cause: this });
  }
}

/** What git said it died of, else the last line that it printed. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? '';
  return oneLine(Buffer.from(said, 'latin1').toString('utf8'));
}
