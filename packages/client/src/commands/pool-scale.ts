/** `berth pool scale` and `prune`: as many machines as are wanted, and none that idles for long. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { counts, idleFirst, idleFor, type Member, newNames } from '../providers/member.ts';
import { findProvider, openProviders } from '../providers/open.ts';
import type { Provider } from '../providers/provider.ts';
import { survey } from '../providers/survey.ts';
import { counted } from '../render/counted.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { createMachine } from './pool-create.ts';
import { deleteMachine } from './pool-delete.ts';
import { eachMachine } from './pool-each.ts';
import type { PoolArguments } from './pool-flags.ts';
import { membersText, warnFailed } from './pool-list.ts';
import { startMachine } from './pool-power.ts';
import { agreed, describeAll } from './pool-retire.ts';
import { span, wholeNumber } from './values.ts';

/** Of a machine that was never sized by anybody. */
const USUAL = 'vm';

export async function scalePool({ flags, words }: PoolArguments, context: Context): Promise<number> {
  const [word = '', extra] = words;
  const wanted = wholeNumber('berth pool scale', word);
  if (extra !== undefined)
    throw new BerthError('USAGE', `berth pool scale takes one number, not also ${extra}`);
  const provider = findProvider(await openProviders(context), flags.provider);
  const { members } = await surveyOf(provider, context);
  const { size = '', region = '' } = flags;
  const there = members.filter(counts).filter(({ machine }) => size === '' || machine?.size === size);
  if (there.length > wanted) return await scaleDown(there, wanted, flags, context);
  const stopped = there.filter(({ machine }) => machine?.state === 'stopped');
  const taken = new Set([
    ...members.map(({ name }) => name),
    ...(await context.hosts()).map(({ name }) => name),
  ]);
  const made = newNames(`${provider.name}-${size || USUAL}`.toLowerCase(), wanted - there.length, taken);
  const plan = { start: stopped.map(({ name }) => name), create: made, delete: [] };
  if (flags['dry-run'] || stopped.length + made.length === 0) return tellPlan(plan, there, wanted, context);
  const byName = new Map(stopped.map((member) => [member.name, member]));
  return await eachMachine([...byName.keys(), ...made], context, (name, work) => {
    const member = byName.get(name);
    return member
      ? startMachine(member, context, work)
      : createMachine(provider, { name, size, region }, context, work);
  });
}

/** Idle ones first, and never one that has sessions: what is left then is said, with HOST_BUSY. */
async function scaleDown(
  there: readonly Member[],
  wanted: number,
  flags: PoolArguments['flags'],
  context: Context,
): Promise<number> {
  const going = idleFirst(there).slice(0, there.length - wanted);
  const plan = { start: [], create: [], delete: going.map(({ name }) => name) };
  if (flags['dry-run']) return tellPlan(plan, there, wanted, context);
  const code = going.length > 0 ? await deleteAll(going, flags.yes, context) : 0;
  const busy = there.length - going.length - wanted;
  if (busy <= 0 || code !== 0) return code;
  throw new BerthError('HOST_BUSY', tooMany(busy, wanted), {
    hint: 'run the command again when these have ended: berth pool list',
  });
}

export async function prunePool({ flags }: PoolArguments, context: Context): Promise<number> {
  const ms = span('--idle', flags.idle ?? '30m');
  const all = await openProviders(context);
  const asked =
    flags.provider === undefined
      ? all.filter(({ kind }) => kind === 'exec')
      : [findProvider(all, flags.provider)];
  const { console } = context;
  const found = await withProgress(console, 'asking', () => survey(asked, context));
  const now = Date.now();
  const going: Member[] = [];
  for (const member of idleFor(found.members, ms, now)) {
    if ((await member.provider.capabilities()).has('delete')) going.push(member);
  }
  const code = found.failed.length > 0 ? warnFailed(found, context) : 0;
  if (flags['dry-run'] || going.length === 0) {
    const plan = { start: [], create: [], delete: going.map(({ name }) => name) };
    if (console.json) console.out(`${toJson({ dry_run: flags['dry-run'], plan })}\n`);
    else if (going.length === 0) console.out('no machine has idled for so long\n');
    else
      console.out(
        `${membersText(going, now, console.columns)}${counted(going.length, 'machine')} to delete\n`,
      );
    return code;
  }
  return worst([code, await deleteAll(going, flags.yes, context)]);
}

async function deleteAll(going: readonly Member[], yes: boolean, context: Context): Promise<number> {
  if (!(await agreed(`delete ${describeAll(going)} with all that is there`, yes, context))) return 1;
  const byName = new Map(going.map((member) => [member.name, member]));
  return await eachMachine([...byName.keys()], context, (name, work) =>
    deleteMachine(byName.get(name) as Member, { force: false }, context, work),
  );
}

/** A list that failed is none: nothing is made or deleted by guess. */
async function surveyOf(provider: Provider, context: Context) {
  const found = await withProgress(context.console, 'asking', () => survey([provider], context));
  if (found.failed[0]) throw found.failed[0].error;
  return found;
}

interface Plan {
  readonly start: readonly string[];
  readonly create: readonly string[];
  readonly delete: readonly string[];
}

function tellPlan(plan: Plan, there: readonly Member[], wanted: number, { console }: Context): number {
  if (console.json) {
    console.out(`${toJson({ dry_run: true, wanted, machines: there.length, plan })}\n`);
    return 0;
  }
  const steps = Object.entries(plan).flatMap(([verb, names]: [string, readonly string[]]) =>
    names.length > 0 ? [`would ${verb} ${names.map(oneLine).join(', ')}\n`] : [],
  );
  const left = there.length - plan.delete.length - wanted;
  if (left > 0) steps.push(`${tooMany(left, wanted)}\n`);
  console.out(steps.join('') || `${counted(there.length, 'machine')}: nothing to do\n`);
  return 0;
}

function tooMany(count: number, wanted: number): string {
  return `${counted(count, 'machine')} more than ${wanted} stay: in use, or not known to be idle`;
}
