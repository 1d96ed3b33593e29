/**
 * Makes this program the agent of its host: link, units, linger, start, a look at its health; and
 * back to the version before if that one fails. Every step may be broken off and run again.
 */
import { existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { VERSION } from '@berth/shared/domain/version';
import { allowName } from '../ledger/accounts.ts';
import type { Account } from '../ledger/units-port.ts';
import { currentVersion, type Layout, linkCommand, makeCurrent, pruneVersions } from './layout.ts';
import type { AgentPlace } from './settled-health.ts';
import { enableLinger, managerIsUp, startAgent, systemctl, writeUnits } from './systemd-setup.ts';
import { unitFiles } from './unit-files.ts';

export interface InstallOptions {
  readonly scope: Scope;
  /** This program. In the layout's versions it goes behind the link; elsewhere it is run where it is. */
  readonly program: string;
  readonly layout: Layout;
  /** Resolves with the agent's version once it is well; rejects with what it is not. */
  readonly health: (options: { agents: readonly AgentPlace[]; deadlineMs: number }) => Promise<string>;
  /** Agents of the host, and the users of those that share it. */
  readonly agents: readonly AgentPlace[];
  readonly users: readonly Account[];
  /** Told as each step begins. */
  readonly step: (name: string, detail: string) => void;
  /** Runs the setup of another version, to go back to it. */
  readonly setUpOther: (program: string) => Promise<void>;
  /** Where a failed version has nothing to go back to, or is itself what was gone back to. */
  readonly goBack: boolean;
}

export interface Installed {
  readonly version: string;
  readonly program: string;
  /** The version before; null if there was none or it is the same. */
  readonly before: string | null;
}

const HEALTH_MS = 30_000;

/** Throws HOST_UNSUITABLE or AGENT_START_FAILED, which says what the host runs now. */
export async function install(options: InstallOptions): Promise<Installed> {
  const { scope, layout, step } = options;
  const program = realpathSync(options.program);
  const managed = program.startsWith(`${realpathOr(layout.versions)}/`);
  const before = managed ? currentVersion(layout) : null;
  if (scope === 'user') {
    step('linger', 'sessions go on after logout');
    await enableLinger(userInfo().username);
  }
  step('systemd', `the ${scope} manager answers`);
  await managerIsUp(scope);

  const own = path.dirname(program);
  const run = managed ? layout.program : program;
  try {
    if (managed) {
      step('link', `${layout.current} -> ${path.basename(own)}`);
      makeCurrent(layout, own);
      linkCommand(layout);
    }
    step('units', layout.units);
    writeUnits(layout.units, unitFiles({ scope, program: run }));
    await systemctl(scope, 'daemon-reload');
    if (scope === 'system') {
      step('start', 'berth-ledger.service');
      for (const user of options.users) allowName(user.name);
      await systemctl(scope, 'enable', 'berth-ledger.service');
      await systemctl(scope, 'restart', 'berth-ledger.service');
    }
    for (const { unit } of options.agents) {
      step('start', `${unit}.service`);
      await startAgent(scope, unit);
    }
    step('health', 'waiting for the agent to answer');
    const version = await options.health({ agents: options.agents, deadlineMs: HEALTH_MS });
    if (version !== VERSION) throw new Error(`version ${version} answers, and not ${VERSION}`);
  } catch (error) {
    throw await failed(error, { ...options, before, own });
  }
  if (managed) pruneVersions(layout, [own, before]);
  return { version: VERSION, program: run, before: before === own ? null : before };
}

async function failed(
  error: unknown,
  at: InstallOptions & { before: string | null; own: string },
): Promise<BerthError> {
  const why = messageOf(error);
  // Of two builds of one version only the directory tells which is meant.
  const name = path.dirname(at.own) === realpathOr(at.layout.versions) ? path.basename(at.own) : VERSION;
  const hint = `on the host: journalctl ${at.scope === 'user' ? '--user ' : ''}-u berthd -n 50`;
  const previous = at.before === null ? null : path.join(at.before, 'berthd');
  if (!at.goBack || previous === null || at.before === at.own || !existsSync(previous)) {
    return new BerthError('AGENT_START_FAILED', `berthd ${name} does not run: ${why}`, { hint });
  }
  at.step('rollback', `back to ${path.basename(at.before ?? '')}`);
  try {
    await at.setUpOther(previous);
  } catch (again) {
    return new BerthError(
      'AGENT_START_FAILED',
      `berthd ${name} does not run (${why}), and ${previous} does not either: ${messageOf(again)}`,
      { hint },
    );
  }
  return new BerthError(
    'AGENT_START_FAILED',
    `berthd ${name} does not run: ${why}; the host runs ${path.basename(at.before ?? '')} again`,
    { values: { rolled_back_to: path.basename(at.before ?? '') }, hint },
  );
}

function realpathOr(directory: string): string {
  return existsSync(directory) ? realpathSync(directory) : directory;
}
