/** `berth pool start` and `stop`: machines that stay, with their disks. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Member } from '../providers/member.ts';
import type { Work } from '../providers/provider.ts';
import { stepLine } from '../render/step-line.ts';
import { configOf, hostOf, reached } from './pool-create.ts';
import { eachMachine, type MachineTold } from './pool-each.ts';
import type { PoolArguments } from './pool-flags.ts';
import { agreed, describeAll, empty, findMembers, refuseBusy } from './pool-retire.ts';

export async function stopMachines(args: PoolArguments, context: Context): Promise<number> {
  const { force, yes } = args.flags;
  const found = await findMembers(args, context);
  const members = [...found.values()].flatMap((member) => (member instanceof BerthError ? [] : [member]));
  if (members.length > 0 && !(await agreed(`stop ${describeAll(members)}`, yes, context))) return 1;
  return await eachMachine(args.words, context, async (name, work) => {
    const member = memberOf(found, name);
    if (!force) refuseBusy(member);
    if ((await member.provider.capabilities()).has('stop')) await empty(member, force, context);
    using line = stepLine(context.console, name);
    line.show('stopping');
    await member.provider.stop(name, { ...work, progress: (step, share) => line.show(step, share) });
    if (member.host) await context.disconnect(member.host);
    return { json: { name, provider: member.provider.name, state: 'stopped' }, text: `${name} is stopped` };
  });
}

export async function startMachines(args: PoolArguments, context: Context): Promise<number> {
  const found = await findMembers(args, context);
  return await eachMachine(args.words, context, (name, work) =>
    startMachine(memberOf(found, name), context, work),
  );
}

/** It may come up at another address; `stop` had it take no sessions. */
export async function startMachine(member: Member, context: Context, work: Work): Promise<MachineTold> {
  const { name, provider, host: known } = member;
  const machine = await starting(member, context, work);
  const json = { name, provider: provider.name, state: machine.state, address: machine.address };
  if (!known) return { json, text: `${name} runs, and is no host: berth pool create ${name} makes it one` };
  const host = hostOf(machine, { provider, known, config: await configOf(provider, context) });
  await context.trust(host, machine.hostKeys);
  await context.keep(host);
  await context.disconnect(known);
  await reached(host, work, async () => {
    const client = await context.connect(host);
    await client.drain({ requestId: randomUUID(), draining: false });
  });
  return { json, text: `${name} runs, and takes sessions` };
}

async function starting({ name, provider }: Member, { console }: Context, work: Work) {
  using line = stepLine(console, name);
  line.show('starting');
  return await provider.start(name, { ...work, progress: (step, share) => line.show(step, share) });
}

function memberOf(found: ReadonlyMap<string, Member | BerthError>, name: string): Member {
  const member = found.get(name);
  if (!member || member instanceof BerthError) throw member;
  return member;
}
