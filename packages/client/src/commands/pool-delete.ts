/** `berth pool delete`: machines go with their disks, and are hosts no more. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Member } from '../providers/member.ts';
import type { Work } from '../providers/provider.ts';
import { stepLine } from '../render/step-line.ts';
import { eachMachine, type MachineTold } from './pool-each.ts';
import type { PoolArguments } from './pool-flags.ts';
import { agreed, describeAll, empty, findMembers, refuseBusy } from './pool-retire.ts';

export async function deleteMachines(args: PoolArguments, context: Context): Promise<number> {
  const { force, yes } = args.flags;
  const found = await findMembers(args, context);
  const checked = await Promise.all(
    [...found].map(async ([name, member]) => [name, await deletable(member, force)] as const),
  );
  const going = checked.flatMap(([, member]) => (member instanceof BerthError ? [] : [member]));
  const question = `delete ${describeAll(going)} with all that is there`;
  if (going.length > 0 && !(await agreed(question, yes, context))) return 1;
  const outcomes = new Map(checked);
  return await eachMachine([...outcomes.keys()], context, async (name, work) => {
    const member = outcomes.get(name);
    if (!member || member instanceof BerthError) throw member;
    return await deleteMachine(member, { force }, context, work);
  });
}

/** The member, or why it is not to be deleted. */
async function deletable(member: Member | BerthError, force: boolean): Promise<Member | BerthError> {
  if (member instanceof BerthError) return member;
  try {
    // Before anybody is asked, and before anything is drained. A fixed one says by itself why not.
    if (!(await member.provider.capabilities()).has('delete')) await member.provider.delete(member.name);
    if (!force) refuseBusy(member);
    return member;
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
}

export async function deleteMachine(
  member: Member,
  { force }: { force: boolean },
  context: Context,
  work: Work,
): Promise<MachineTold> {
  const { name, provider, host, machine } = member;
  await empty(member, force, context);
  {
    using line = stepLine(context.console, name);
    line.show('deleting');
    // A host whose machine is gone only has to be forgotten.
    if (machine) await provider.delete(name, { ...work, progress: (step, share) => line.show(step, share) });
  }
  if (host) {
    await context.disconnect(host);
    await context.forget(host);
    await context.drop(host);
  }
  const what = machine ? 'is deleted' : 'was gone, and is no host any more';
  return { json: { name, provider: provider.name, deleted: machine !== null }, text: `${name} ${what}` };
}
