/** berthd's command line and environment, read once into a frozen object. */
import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { MIB, parseMemory } from '@berth/shared/domain/memory';
import { userRuntimeDirectory } from './ledger/places.ts';
import { runtimeDirectory } from './runtime-directory.ts';

export interface Config {
  readonly command: 'serve' | 'ledger' | 'dial-stdio' | 'health' | 'version' | 'help';
  readonly stateDirectory: string;
  readonly runtimeDirectory: string;
  readonly socket: string;
  /** What is not set is worked out from the machine. */
  readonly capacity: CapacitySettings;
  readonly transcriptCap: number;
  /** A screen that is still for this long, in ms, is looked at for a prompt. */
  readonly promptStillMs: number;
  /** Most sessions at once, and the longest a session may run, in ms. */
  readonly maxSessions: number | null;
  readonly maxLifetimeMs: number | null;
  /** Bytes that sessions may take on the disk; 0: as many as it has. */
  readonly diskQuotaBytes: number;
  readonly scope: Scope;
  /** Login name of who runs this. */
  readonly user: string;
  readonly units: 'auto' | 'plain' | 'systemd';
  readonly logLevel: string;
  /** Of health and metrics on loopback; undefined: off, 0: a free one. */
  readonly httpPort: number | undefined;
  /** Most directories of one session that are watched. */
  readonly maxWatches: number;
  /** Where tools of others report on their tmux sessions. */
  readonly externalSessions: string;
  /** `berthd health` prints JSON. */
  readonly json: boolean;
  readonly home: string;
  readonly shell: string;
}

/** See capacityOf. Amounts in bytes. */
export interface CapacitySettings {
  readonly capacityBytes?: number;
  readonly reserveBytes?: number;
  readonly defaultSlotBytes?: number;
  readonly slots?: number;
}

export const USAGE = `berthd: the agent that runs sessions on this host

usage: berthd [serve | dial-stdio | health | version] [options]
       berthd setup [--user | --system [--allow USER]] [--json] [--no-rollback]
                                               make this program the agent of this host
       berthd allow USER | disallow USER       who may share this host (system scope, as root)
       berthd uninstall [--system] [--purge]   stop it and take its units away

  --state-dir DIR         journal, transcripts, workspaces ($XDG_STATE_HOME/berth)
  --runtime-dir DIR       sockets ($XDG_RUNTIME_DIR/berth)
  --memory-capacity SIZE  what all slots together may hold (memory less the reserve)
  --memory-reserve SIZE   kept out of the ledger (a tenth, 512M to 8G)
  --slots N               divide the capacity into N slots (one for each 32 GB, 4 on a small host)
  --default-slot SIZE     of a session that names none (an equal share, at most 32G)
  --max-sessions N        sessions that may hold a slot at once (as many as fit)
  --max-lifetime TIME     longest a session may run, such as 8h (as long as it likes)
  --disk-quota SIZE       on the disk for all sessions; beyond, no new one starts (the whole disk)
  --transcript-cap SIZE   kept of each transcript (256M)
  --prompt-still TIME     a screen that is still for so long is looked at for a prompt (3s)
  --max-watches N         directories of one session's workspace that are watched (8192)
  --external-sessions DIR where tools of others report on tmux sessions (~/.claude-sessions)
  --scope SCOPE           user, or system: the memory of the machine is shared (user)
  --units KIND            auto, plain or systemd (auto)
  --log-level LEVEL       debug, info, warn or error (info)
  --http-port PORT        health and metrics on 127.0.0.1: /healthz, /readyz, /metrics (off)
  --json                  berthd health: print JSON

Each option can be set in the environment: BERTHD_STATE_DIR, BERTHD_MEMORY_CAPACITY, …

example: berthd serve --memory-capacity 48G
`;

const OPTIONS = [
  'state-dir',
  'runtime-dir',
  'memory-capacity',
  'memory-reserve',
  'slots',
  'default-slot',
  'max-sessions',
  'max-lifetime',
  'disk-quota',
  'max-watches',
  'external-sessions',
  'scope',
  'transcript-cap',
  'prompt-still',
  'units',
  'log-level',
  'http-port',
] as const;
type Option = (typeof OPTIONS)[number];

/** Throws USAGE on what it does not know. */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { values, positionals } = parse(argv);
  const command = values.help ? 'help' : (positionals[0] ?? 'serve');
  if (
    !['serve', 'ledger', 'dial-stdio', 'health', 'version', 'help'].includes(command) ||
    positionals.length > 1
  ) {
    throw new BerthError('USAGE', `berthd: unknown command: ${positionals.join(' ')}`, {
      hint: 'see berthd --help',
    });
  }
  if (values.json && command !== 'health') throw new BerthError('USAGE', 'berthd: --json goes with health');
  const option = (name: Option): string | undefined => {
    const given = (values as Record<string, unknown>)[name];
    return typeof given === 'string'
      ? given
      : env[`BERTHD_${name.toUpperCase().replaceAll('-', '_')}`] || undefined;
  };
  const size = (name: Option): number | undefined => {
    const text = option(name);
    if (text === undefined) return undefined;
    const bytes = parseMemory(text);
    if (bytes === null) {
      throw new BerthError('USAGE', `berthd: --${name} ${text} is no amount of memory`, {
        hint: 'write 512M or 48G',
      });
    }
    return bytes;
  };
  const count = (name: Option): number | undefined => {
    const text = option(name);
    if (text === undefined) return undefined;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new BerthError('USAGE', `berthd: --${name} ${text} is no number above 0`);
  };
  const time = (name: Option): number | undefined => {
    const text = option(name);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms !== null && ms > 0) return ms;
    throw new BerthError('USAGE', `berthd: --${name} ${text} is no time`, { hint: 'write 90s, 30m or 8h' });
  };
  const oneOf = <T extends string>(name: Option, known: readonly T[], usual: T): T => {
    const text = option(name) ?? usual;
    const found = known.find((value) => value === text);
    if (!found) throw new BerthError('USAGE', `berthd: --${name} must be one of ${known.join(', ')}`);
    return found;
  };
  const port = (name: Option): number | undefined => {
    const text = option(name);
    if (text === undefined) return undefined;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    throw new BerthError('USAGE', `berthd: --${name} ${text} is no port`, {
      hint: 'write a number up to 65535',
    });
  };
  const home = env.HOME || homedir();
  const scope = oneOf('scope', ['user', 'system'], 'user');
  const user = userInfo().username;
  const shared = userRuntimeDirectory(user);
  // Who only asks need not know which scope the agent has.
  const isShared = scope === 'system' || (command !== 'serve' && existsSync(path.join(shared, 'agent.sock')));
  const usual = isShared ? shared : runtimeDirectory(env);
  const runtime = path.resolve(option('runtime-dir') ?? usual);
  return Object.freeze({
    command: command as Config['command'],
    stateDirectory: path.resolve(
      option('state-dir') ?? path.join(env.XDG_STATE_HOME || path.join(home, '.local/state'), 'berth'),
    ),
    runtimeDirectory: runtime,
    socket: path.join(runtime, 'agent.sock'),
    capacity: defined<CapacitySettings>({
      capacityBytes: size('memory-capacity'),
      reserveBytes: size('memory-reserve'),
      defaultSlotBytes: size('default-slot'),
      slots: count('slots'),
    }),
    maxSessions: count('max-sessions') ?? null,
    maxLifetimeMs: time('max-lifetime') ?? null,
    diskQuotaBytes: size('disk-quota') ?? 0,
    maxWatches: count('max-watches') ?? 8192,
    externalSessions: path.resolve(
      (option('external-sessions') ?? '~/.claude-sessions').replace(/^~(?=\/)/, () => home),
    ),
    scope,
    user,
    transcriptCap: size('transcript-cap') ?? 256 * MIB,
    promptStillMs: time('prompt-still') ?? 3000,
    units: oneOf('units', ['auto', 'plain', 'systemd'], 'auto'),
    logLevel: oneOf('log-level', ['debug', 'info', 'warn', 'error'], 'info'),
    httpPort: port('http-port'),
    json: values.json === true,
    home,
    shell: userInfo().shell || '/bin/sh',
  });
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }])),
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new BerthError('USAGE', `berthd: ${messageOf(error)}`, { hint: 'see berthd --help' });
  }
}

function defined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
