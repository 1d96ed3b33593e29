/**
 * The environment of the user's login shell: what a session inherits, and where presets are
 * looked up. Asked of the shell itself, and again when one of its start-up files changed.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isProgram } from '@berth/shared/files/is-program';

export interface LoginEnvironment {
  /** The path of the login shell. */
  readonly shell: string;
  /** Never rejects: where the shell cannot be asked, the agent's own environment serves. */
  variables(): Promise<Readonly<Record<string, string>>>;
  /** Path of a program on the login PATH, or of one given by its path; null where it is not there. */
  find(program: string): Promise<string | null>;
}

const STARTUP_FILES = [
  '/etc/profile',
  '/etc/environment',
  ...['.profile', '.bash_profile', '.bash_login', '.bashrc', '.zprofile', '.zshenv', '.zshrc'],
];
const DEADLINE_MS = 10_000;
/** Facts of one shell process, not of the user's environment. */
const PROCESS_ONLY = new Set(['SHLVL', 'PWD', 'OLDPWD', '_', 'TERM', 'TMUX', 'TMUX_PANE', 'NODE_OPTIONS']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function createLoginEnvironment(options: {
  shell: string;
  home: string;
  base: NodeJS.ProcessEnv;
  onProblem: (message: string) => void;
}): LoginEnvironment {
  let known: { stamp: string; variables: Promise<Record<string, string>> } | null = null;

  async function stamp(): Promise<string> {
    const times = STARTUP_FILES.map(async (file) => {
      const found = await stat(path.resolve(options.home, file)).catch(() => null);
      return found ? `${found.mtimeMs}:${found.size}` : '-';
    });
    return (await Promise.all(times)).join(' ');
  }

  async function variables(): Promise<Record<string, string>> {
    const now = await stamp();
    if (known?.stamp !== now) known = { stamp: now, variables: ask(options) };
    return await known.variables;
  }

  return {
    shell: options.shell,
    variables,
    async find(program) {
      if (program.startsWith('/')) return (await isProgram(program)) ? program : null;
      const searched = (await variables()).PATH ?? '';
      for (const directory of searched.split(':').filter((entry) => entry.startsWith('/'))) {
        const file = path.join(directory, program);
        if (await isProgram(file)) return file;
      }
      return null;
    },
  };
}

async function ask(options: {
  shell: string;
  base: NodeJS.ProcessEnv;
  onProblem: (message: string) => void;
}): Promise<Record<string, string>> {
  // Start-up files may print; what counts stands behind a mark they cannot know.
  const mark = randomBytes(8).toString('hex');
  try {
    const { stdout } = await promisify(execFile)(
      options.shell,
      ['-l', '-c', `printf %s ${mark}; exec env -0`],
      { env: clean(options.base), timeout: DEADLINE_MS, maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' },
    );
    return parse(stdout.slice(stdout.indexOf(mark) + mark.length));
  } catch (error) {
    options.onProblem(`cannot read the environment of ${options.shell}: ${String(error)}`);
    return parse(
      Object.entries(options.base)
        .map(([name, value]) => `${name}=${value}\0`)
        .join(''),
    );
  }
}

/** NUL-separated NAME=VALUE; names that no program could export, and process facts, are left out. */
export function parse(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of text.split('\0')) {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    if (equals > 0 && NAME.test(name) && !PROCESS_ONLY.has(name)) found[name] = entry.slice(equals + 1);
  }
  return found;
}

/** What a login begins with: the shell's files add the rest. */
function clean(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'PATH'];
  const own = Object.entries(base).filter(([name]) => kept.includes(name) || name.startsWith('XDG_'));
  return Object.fromEntries(own);
}
