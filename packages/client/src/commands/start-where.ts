/** Where `berth start` may put its sessions: the flags and settings that say so. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Constraints } from '../placement/obstacle.ts';
import { POLICIES, type Policy } from '../placement/policy.ts';
import { checkSize } from '../placement/size-known.ts';
import { type Where, whereFor } from '../placement/where.ts';
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

type WhereFlags = FlagValues<typeof WHERE_FLAGS>;

/** Throws USAGE, and HOST_NOT_FOUND where no host is left. `preset`: empty unless one was named. */
export async function whereOf(flags: WhereFlags, preset: string, context: Context): Promise<Where> {
  checkTogether(flags);
  const all = await context.hosts();
  const constraints = constraintsOf(flags, preset, context);
  const usual = setting(context, 'host');
  const names = flags.host.length > 0 ? flags.host : isNarrowed(flags) || !usual ? [] : [usual];
  const size = flags['vm-size'] ?? flags.size;
  if (size !== undefined) checkSize(size, all, '--vm-size');
  return whereFor(all, { names, constraints, policy: (flags.policy as Policy) ?? context.settings.policy });
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
