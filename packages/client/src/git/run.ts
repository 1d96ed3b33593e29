/**
 * Runs git: argv only, never a shell. The files of this folder alone spell its arguments. Names of
 * files are kept as git has them, bytes in a string (latin1): not all of them are text.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';

export interface Finished {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  /** Whole standard input; strings as latin1. */
  readonly input?: string | Uint8Array;
  /** Exit codes that are answers. Default: 0 alone. */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** What git's own hooks and callers set to say where things are: here the directory says it. */
const LOCATIONS = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

/** Nothing of the user's settings may run a program of theirs, or write where nothing is to change. */
const SETTINGS = [
  'core.fsmonitor=false',
  'core.splitIndex=false',
  'core.untrackedCache=false',
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
  // Kept content belongs to Git LFS's own store: what is changed goes along as the file it is.
  'filter.lfs.clean=',
  'filter.lfs.process=',
  'filter.lfs.required=false',
].flatMap((setting) => ['-c', setting]);

export class Git {
  readonly directory: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(directory: string, env: NodeJS.ProcessEnv) {
    this.directory = directory;
    const located = Object.entries(env).filter(([name]) => !LOCATIONS.includes(name));
    this.#env = Object.fromEntries(located);
    // A list of the user's own would not have ours in it (see transport.ts).
    const allowed = env.GIT_ALLOW_PROTOCOL;
    if (allowed !== undefined) this.#env.GIT_ALLOW_PROTOCOL = `${allowed}:fd`;
  }

  /** The same git with more in its environment. */
  with(env: Readonly<Record<string, string>>): Git {
    const other = new Git(this.directory, {});
    Object.assign(other.#env, this.#env, env);
    return other;
  }

  /** The same git in another directory. */
  inside(directory: string): Git {
    return new Git(directory, {}).with(this.#env as Record<string, string>);
  }

  /** Starts it. The caller listens to `error` and `close`. */
  spawn(args: readonly string[], options: SpawnOptions): ChildProcess {
    const fixed = { LC_ALL: 'C', LANGUAGE: '', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
    // What was replaced locally is not what travels.
    const env = { ...this.#env, ...fixed, GIT_NO_REPLACE_OBJECTS: '1', ...options.env };
    return spawn('git', [...SETTINGS, ...args], { cwd: this.directory, ...options, env });
  }

  /** Throws GIT_FAILED with git's last words, TOOL_MISSING where there is no git. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const child = this.spawn(args, { stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    // It may end before it has read all: its exit code says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(
      typeof options.input === 'string' ? Buffer.from(options.input, 'latin1') : options.input,
    );
    const code = await ended(child);
    const stderr = Buffer.concat(err).toString('utf8');
    if (!(options.answers ?? [0]).includes(code)) throw gitFailed(args[0] ?? '', stderr, code);
    return { code, stdout: Buffer.concat(out), stderr };
  }

  /** Standard output without the newline at its end. */
  async text(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await this.run(args, options)).stdout.toString('utf8').replace(/\n$/, '');
  }

  /** What `-z` ends with NUL, as latin1. */
  async list(args: readonly string[], options: RunOptions = {}): Promise<string[]> {
    return (await this.run(args, options)).stdout.toString('latin1').split('\0').slice(0, -1);
  }
}

/** The exit code. Rejects with TOOL_MISSING, or with the reason of an abort. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = new BerthError('TOOL_MISSING', 'cannot run git: it is not installed here', {
        hint: 'install git, or leave the repository here: --no-repo',
      });
      reject(error.code === 'ENOENT' ? missing : error);
    });
    child.once('close', (code) => resolve(code ?? 128));
  });
}

export function gitFailed(command: string, stderr: string, code: number): BerthError {
  return new BerthError('GIT_FAILED', `git ${command} failed: ${lastWords(stderr) || `exit code ${code}`}`, {
    hint: '',
  });
}

/** What of git's errors says the most, as one line. */
export function lastWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const said = lines.filter((line) => /^(fatal|error): /.test(line));
  const line = said.find((text) => text.startsWith('fatal: ')) ?? said.at(-1) ?? lines.at(-1) ?? '';
  return oneLine(line.replace(/^(fatal|error): /, ''));
}

/** A file's name for people. */
export function shownPath(path: string): string {
  return oneLine(Buffer.from(path, 'latin1').toString('utf8'));
}
