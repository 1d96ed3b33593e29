/** `berth pool delete`: machines go with their disks, and are hosts no more. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Member } from '../providers/member.ts';
import type { Work } from '../providers/provider.ts';
import { stepLine } from '../render/step-line.ts';
import { eachMachine, type MachineTold } from './pool-each.ts';
import type { PoolArguments } from './pool-flags.ts';
import { agreed, checkedFor, describeAll, empty, findMembers } from './pool-retire.ts';

export async function deleteMachines(args: PoolArguments, context: Context): Promise<number> {
  const { force, yes } = args.flags;
  const found = await findMembers(args, context);
  const checked = await checkedFor('delete', found, force);
  const going = [...checked.values()].flatMap((member) => (member instanceof BerthError ? [] : [member]));
  const question = `delete ${describeAll(going)} with all that is there`;
  if (going.length > 0 && !(await agreed(question, yes, context))) return 1;
  return await eachMachine([...checked.keys()], context, async (name, work) => {
    const member = checked.get(name);
    if (!member || member instanceof BerthError) throw member;
    return await deleteMachine(member, { force }, context, work);
  });
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
