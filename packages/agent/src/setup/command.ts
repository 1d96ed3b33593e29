/** `berthd setup` and `berthd uninstall`: run on the host, by hand or by `berth host`. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { EXIT } from '@berth/shared/domain/exit-codes';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { accountOf, allowedNames } from '../ledger/accounts.ts';
import { userRuntimeDirectory } from '../ledger/places.ts';
import { runtimeDirectory } from '../runtime-directory.ts';
import { type InstallOptions, install } from './install.ts';
import { type Layout, layoutOf } from './layout.ts';
import { healthOf } from './settled-health.ts';
import { allowUser, disallowUser } from './shared-users.ts';
import { removeAgent } from './uninstall.ts';

const SETUP_MS = 120_000;

/** One line a step, as text or JSON; the last one is the outcome. Resolves with the exit code. */
export async function setup(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = parse(argv, {
    program: 'string',
    allow: 'string',
    'no-rollback': 'boolean',
  });
  noWords('setup', positionals);
  const { scope, layout, tell } = begin(values, env);
  const program = typeof values.program === 'string' ? values.program : process.execPath;
  try {
    const done = await install({
      scope,
      layout,
      program,
      goBack: values['no-rollback'] !== true,
      step: (step, detail) => tell({ step, detail }),
      ...(await agentsOf(scope, { allow: values.allow, env })),
      health: ({ agents, deadlineMs }) => healthOf({ agents, scope, deadlineMs }),
      setUpOther: setUpOther(scope),
    });
    tell({ done: true, ...done });
    return EXIT.done;
  } catch (error) {
    return failed(error, tell);
  }
}

/** Lets users share this host, each with an agent of their own. */
export async function allow(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = parse(argv, {});
  const { tell } = begin({ ...values, system: true }, env);
  for (const name of named(positionals)) {
    tell({ step: 'allow', detail: name });
    await allowUser(await accountOf(name));
  }
  tell({ done: true });
  return EXIT.done;
}

/** Ends a user's agent here, and lets nobody start one for that user again; what it left stays. */
export async function disallow(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = parse(argv, {});
  const { tell } = begin({ ...values, system: true }, env);
  for (const name of named(positionals)) {
    tell({ step: 'disallow', detail: name });
    await disallowUser(name);
  }
  tell({ done: true });
  return EXIT.done;
}

function noWords(verb: string, [word]: readonly string[]): void {
  if (word !== undefined) throw new BerthError('USAGE', `berthd ${verb} takes no words, and ${word} is one`);
}

function named(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new BerthError('USAGE', 'berthd: name the users');
  return names;
}

export async function uninstall(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = parse(argv, { purge: 'boolean' });
  noWords('uninstall', positionals);
  const { scope, layout, tell } = begin(values, env);
  try {
    await removeAgent({ scope, layout, step: (step, detail) => tell({ step, detail }) });
    if (values.purge === true) {
      for (const directory of ownedDirectories(scope, env)) {
        tell({ step: 'purge', detail: directory });
        rmSync(directory, { recursive: true, force: true });
      }
    }
    tell({ done: true });
    return EXIT.done;
  } catch (error) {
    return failed(error, tell);
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>;
type Tell = (line: Record<string, unknown>) => void;

function begin(values: Values, env: NodeJS.ProcessEnv): { scope: Scope; layout: Layout; tell: Tell } {
  if (values.system === true && values.user === true) {
    throw new BerthError('USAGE', 'berthd: choose one of --user and --system');
  }
  const scope = values.system === true ? 'system' : 'user';
  if (scope === 'system' && process.getuid?.() !== 0) {
    throw new BerthError('USAGE', 'berthd: --system needs root');
  }
  if (scope === 'user') {
    // Over ssh without a login manager nobody sets it, and systemctl --user needs it.
    process.env.XDG_RUNTIME_DIR ??= `/run/user/${process.getuid?.() ?? 0}`;
    process.env.DBUS_SESSION_BUS_ADDRESS ??= `unix:path=${process.env.XDG_RUNTIME_DIR}/bus`;
  }
  // Whoever asked may go away half-way: what was begun is brought to its end all the same.
  process.stdout.on('error', () => {});
  process.on('SIGHUP', () => {});
  process.on('SIGPIPE', () => {});
  const json = values.json === true;
  const tell: Tell = (line) => process.stdout.write(json ? `${JSON.stringify(line)}\n` : text(line));
  const home = env.HOME || homedir();
  return { scope, layout: layoutOf(scope, home, env.XDG_CONFIG_HOME || path.join(home, '.config')), tell };
}

function text(line: Record<string, unknown>): string {
  if (line.step) return `${String(line.step)}: ${String(line.detail)}\n`;
  return line.version ? `done: berthd ${String(line.version)} runs\n` : 'done\n';
}

function failed(error: unknown, tell: Tell): number {
  const known = error instanceof BerthError ? error : new BerthError('INTERNAL', messageOf(error));
  const { reason, message, hint, values } = known;
  tell({ step: 'failed', detail: message, error: { reason, message, hint, values } });
  process.stderr.write(`berthd: ${message}\n  hint: ${hint}\n`);
  return known.exitCode;
}

function setUpOther(scope: Scope): InstallOptions['setUpOther'] {
  return async (program) => {
    const flags = [`--${scope}`, '--no-rollback'];
    await promisify(execFile)(program, ['setup', ...flags], { timeout: SETUP_MS });
  };
}

/** The agents of this host: one's own, or those of all who share it, whoever asked among them. */
async function agentsOf(
  scope: Scope,
  { allow, env }: { allow: string | boolean | undefined; env: NodeJS.ProcessEnv },
): Promise<Pick<InstallOptions, 'agents' | 'users'>> {
  if (scope === 'user') {
    const socket = path.join(runtimeDirectory({ ...env, ...process.env }), 'agent.sock');
    return { users: [], agents: [{ unit: 'berthd', socket }] };
  }
  const asked = typeof allow === 'string' ? allow : env.SUDO_USER;
  const names = new Set([...allowedNames(), ...(asked && asked !== 'root' ? [asked] : [])]);
  const users = await Promise.all([...names].map(accountOf));
  const agents = users.map(({ name }) => ({
    unit: `berthd@${name}`,
    socket: path.join(userRuntimeDirectory(name), 'agent.sock'),
  }));
  return { users, agents };
}

function ownedDirectories(scope: Scope, env: NodeJS.ProcessEnv): string[] {
  if (scope === 'system') return ['/var/lib/berth', '/run/berth', '/etc/berth'];
  const home = env.HOME || homedir();
  return [
    path.join(env.XDG_STATE_HOME || path.join(home, '.local/state'), 'berth'),
    path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'berth'),
    runtimeDirectory(env),
  ];
}

function parse(argv: readonly string[], own: Readonly<Record<string, 'string' | 'boolean'>>) {
  const types = { json: 'boolean', system: 'boolean', user: 'boolean', ...own } as const;
  const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true }) as {
      values: Values;
      positionals: string[];
    };
  } catch (error) {
    throw new BerthError('USAGE', `berthd: ${messageOf(error)}`, { hint: 'see berthd --help' });
  }
}
