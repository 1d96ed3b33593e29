/** Where the client keeps its files: the XDG directories, with fallbacks that also hold on macOS. */
import { existsSync, lstatSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';

export interface Paths {
  readonly configDir: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  /** What is brought back from hosts and belongs to no repository. */
  readonly dataDir: string;
  readonly runtimeDir: string;
  readonly remotesFile: string;
  readonly providersFile: string;
  readonly configFile: string;
  /** Of the agent on this machine; the agent looks in the same places. */
  readonly agentSocket: string;
}

export function paths(env: NodeJS.ProcessEnv, options: { configFile?: string } = {}): Paths {
  const home = env.HOME || homedir();
  const below = (variable: string | undefined, usual: string) =>
    path.join(variable || path.join(home, usual), 'berth');
  const configDir = below(env.XDG_CONFIG_HOME, '.config');
  const runtimeDir = runtimeDirectory(env);
  return {
    configDir,
    stateDir: below(env.XDG_STATE_HOME, '.local/state'),
    cacheDir: below(env.XDG_CACHE_HOME, '.cache'),
    dataDir: below(env.XDG_DATA_HOME, '.local/share'),
    runtimeDir,
    remotesFile: path.join(configDir, 'remotes.yaml'),
    providersFile: path.join(configDir, 'providers.yaml'),
    configFile: options.configFile ?? path.join(configDir, 'config.yaml'),
    agentSocket: agentSocket(runtimeDir),
  };
}

/** On a host that its users share the agent of each has a place of its own; else it is the user's. */
function agentSocket(runtimeDir: string): string {
  const own = path.join(runtimeDir, 'agent.sock');
  if (process.platform !== 'linux' || existsSync(own)) return own;
  const shared = `/run/berth/users/${userInfo().username}/agent.sock`;
  return existsSync(shared) ? shared : own;
}

/** Makes a directory that only its user can enter; refuses one that is not so. */
export function privateDirectory(directory: string): string {
  makeDirectory(directory);
  const found = lstatSync(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new BerthError(
      'PERMISSION_DENIED',
      `cannot use ${directory}: it must be a directory of yours with mode 0700`,
      { hint: `remove it, or run chmod 700 ${directory}` },
    );
  }
  return directory;
}

function runtimeDirectory(env: NodeJS.ProcessEnv): string {
  if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, 'berth');
  const uid = process.getuid?.() ?? 0;
  const login = `/run/user/${uid}`;
  try {
    if (lstatSync(login).uid === uid) return path.join(login, 'berth');
  } catch {
    // No login manager made one.
  }
  return `/tmp/berth-${uid}`;
}
