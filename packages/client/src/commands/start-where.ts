/** Where `berth start` may put its sessions: the flags and settings that say so. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { fanOut } from '../fleet/fan-out.ts';
import { findHost } from '../fleet/inventory.ts';
import { nearest } from '../fleet/nearest.ts';
import { noCapacity } from '../placement/no-capacity.ts';
import { type Constraints, unwantedFor } from '../placement/obstacle.ts';
import type { PlacementPorts } from '../placement/place.ts';
import { POLICIES, type Policy } from '../placement/policy.ts';
import { poolOf } from '../placement/pool.ts';
import type { PassedOver } from '../placement/rank.ts';
import { TIER_NAMES, tierNamed } from '../placement/tiers.ts';
import { waysFile } from '../placement/ways-file.ts';
import type { Flags, FlagValues } from './command.ts';
import { setting } from './defaults.ts';
import { memory, pairs } from './values.ts';

export const WHERE_FLAGS = {
  host: { type: 'list', value: 'HOST', describe: 'on this host, or the best of these' },
  region: { type: 'string', value: 'REGION', describe: 'only on hosts of this region' },
  'vm-size': {
    type: 'string',
    value: 'SIZE',
    describe: "only on hosts of this size: s, m, l, xl, or a provider's name",
  },
  size: { type: 'string', value: 'SIZE', describe: 'the same as --vm-size' },
  label: { type: 'list', value: 'K=V', describe: 'only on hosts with this label' },
  fresh: { type: 'boolean', describe: 'only on a host that holds no session' },
  memory: { type: 'string', short: 'm', value: 'SIZE', describe: 'the slot: 512M, 8G, …' },
  policy: {
    type: 'string',
    choices: POLICIES,
    describe: 'pack: few hosts, each full; spread: the emptiest first',
  },
  queue: { type: 'boolean', short: 'q', describe: 'wait in line where all hosts are full' },
  'no-queue': { type: 'boolean', describe: 'do not wait, and do not ask whether to' },
  'all-or-nothing': { type: 'boolean', describe: 'of several prompts all are started, or none' },
  'dry-run': { type: 'boolean', describe: 'tell where each would go, and why; start nothing' },
} as const satisfies Flags;

/** Hosts that are asked at the same time: each may take the making of a connection. */
const MOST_AT_ONCE = 64;

type WhereFlags = FlagValues<typeof WHERE_FLAGS>;

export interface Where {
  readonly hosts: readonly HostConfig[];
  /** Those that are left out before any is asked. */
  readonly left: readonly PassedOver[];
  readonly constraints: Constraints;
  readonly policy: Policy;
}

/** Throws USAGE, and HOST_NOT_FOUND where no host is left. `preset`: empty unless one was named. */
export async function whereOf(flags: WhereFlags, preset: string, context: Context): Promise<Where> {
  checkTogether(flags);
  const all = await context.hosts();
  const constraints = constraintsOf(flags, preset, context);
  const usual = setting(context, 'host');
  const names = flags.host.length > 0 ? flags.host : isNarrowed(flags) || !usual ? [] : [usual];
  const pool = poolOf(all);
  const named = [...new Set(names)].map((name) => findHost(all, name));
  const chosen = named.length > 0 ? { hosts: named, left: [] } : pool;
  checkSize(flags['vm-size'] ?? flags.size, all);
  const unwanted = chosen.hosts.flatMap((host): PassedOver[] => {
    const words = unwantedFor(constraints, host, null);
    return words === null ? [] : [{ host, obstacle: { kind: 'unwanted', words } }];
  });
  const left = [...chosen.left, ...unwanted];
  const hosts = chosen.hosts.filter((host) => unwanted.every((one) => one.host !== host));
  if (hosts.length === 0) {
    const why = unwanted.length > 0 ? unwanted : left;
    throw noCapacity(constraints, why, { candidates: [], now: Date.now() });
  }
  return { hosts, left, constraints, policy: (flags.policy as Policy) ?? context.settings.policy };
}

/** `kept`: the request id is the user's own, so that it may be asked with again. */
export function placementPorts(context: Context, { kept }: { kept: boolean }): PlacementPorts {
  const { fanoutMs, connectMs, reservationMs } = context.settings;
  const ways = kept ? waysFile(context.paths.stateDir, Date.now) : null;
  return {
    async look(hosts) {
      // One host alone holds up nobody: it has the time that making a connection may take.
      const deadlineMs = hosts.length === 1 ? Math.max(connectMs, fanoutMs) : fanoutMs;
      const ask = async (host: HostConfig, signal: AbortSignal) =>
        await (await context.connect(host, { signal })).getHost({ signal, deadlineMs });
      const answers = await fanOut(hosts, ask, { deadlineMs, limit: MOST_AT_ONCE });
      return answers.map((answer) =>
        answer.ok
          ? { host: answer.host, snapshot: answer.value }
          : { host: answer.host, error: answer.error },
      );
    },
    connect: (host) => context.connect(host),
    wentTo: (requestId) => ways?.wentTo(requestId) ?? null,
    goes: (requestId, way) => ways?.goes(requestId, way),
    forget: (requestId) => ways?.forget(requestId),
    newId: randomUUID,
    holdMs: reservationMs,
    random: Math.random,
    now: Date.now,
    every: (ms, work) => {
      const timer = setInterval(work, ms);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

function constraintsOf(flags: WhereFlags, preset: string, context: Context): Constraints {
  const memoryText = flags.memory ?? setting(context, 'memory');
  // What is usual says nothing about a host that is named.
  const usual = (key: 'region' | 'size') => (flags.host.length > 0 ? undefined : setting(context, key));
  return {
    memoryBytes: memoryText === undefined ? 0 : memory('--memory', memoryText),
    region: flags.region ?? usual('region') ?? null,
    size: flags['vm-size'] ?? flags.size ?? usual('size') ?? null,
    labels: pairs('--label', flags.label, { bare: false }) as Record<string, string>,
    fresh: flags.fresh,
    preset,
  };
}

/** The flags say more of the host than the setting that names one. */
function isNarrowed(flags: WhereFlags): boolean {
  return (flags.region ?? flags['vm-size'] ?? flags.size) !== undefined || flags.label.length > 0;
}

function checkTogether(flags: WhereFlags): void {
  const refuse = (one: string, other: string) => {
    throw new BerthError('USAGE', `choose one of ${one} and ${other}`);
  };
  if (flags['vm-size'] !== undefined && flags.size !== undefined && flags['vm-size'] !== flags.size)
    refuse('--vm-size', '--size');
  if (flags.queue && flags['no-queue']) refuse('--queue', '--no-queue');
  if (flags.queue && flags['all-or-nothing']) refuse('--queue', '--all-or-nothing');
}

function checkSize(size: string | undefined, hosts: readonly HostConfig[]): void {
  if (size === undefined || tierNamed(size) !== null) return;
  const told = [...new Set(hosts.flatMap((host) => host.size ?? []))];
  if (told.some((one) => one.toLowerCase() === size.toLowerCase())) return;
  const close = nearest(size, [...TIER_NAMES, ...told]);
  const known = `it is one of ${TIER_NAMES.join(', ')}, or the size of one of your hosts`;
  throw new BerthError('USAGE', `--vm-size cannot be ${oneLine(size)}: ${known}`, {
    hint: close === null ? 'see the sizes of your hosts: berth status --json' : `did you mean ${close}?`,
  });
}
