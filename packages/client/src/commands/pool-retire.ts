/** Before a machine goes: who it is, whether anybody needs it, and no new session from then on. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { nearest } from '../fleet/nearest.ts';
import { isBusy, type Member } from '../providers/member.ts';
import { findProvider, openProviders } from '../providers/open.ts';
import { lookAgain, survey } from '../providers/survey.ts';
import { counted } from '../render/counted.ts';
import { renderError } from '../render/errors.ts';
import { confirm } from '../render/picker.ts';
import { withProgress } from '../render/progress.ts';
import type { PoolArguments } from './pool-flags.ts';

/** The machines of these names: each a member, or why it is none. Asks the providers once. */
export async function findMembers(
  { flags, words }: PoolArguments,
  context: Context,
): Promise<ReadonlyMap<string, Member | BerthError>> {
  const all = await openProviders(context);
  const asked = flags.provider === undefined ? all : [findProvider(all, flags.provider)];
  const { members, failed } = await withProgress(context.console, 'asking', () => survey(asked, context));
  const found = words.map((name): [string, Member | BerthError] => {
    const named = members.filter((member) => member.name === name);
    const [first, second] = named;
    if (first && !second) return [name, first];
    if (first) {
      const whose = named.map(({ provider }) => provider.name).join(', ');
      const message = `machine ${oneLine(name)} is of several providers: ${whose}`;
      return [name, new BerthError('NAME_AMBIGUOUS', message, { hint: 'name one with --provider' })];
    }
    if (failed[0]) return [name, failed[0].error];
    const known = members.map((member) => member.name);
    const close = nearest(name, known);
    const hint = close ? `did you mean ${close}?` : 'see berth pool list';
    return [name, new BerthError('HOST_NOT_FOUND', `there is no machine ${oneLine(name)}`, { hint })];
  });
  return new Map(found);
}

/** Throws HOST_BUSY where something runs there, or where nobody can tell. */
export function refuseBusy(member: Member): void {
  if (!isBusy(member)) return;
  const { name, sessions, error } = member;
  if (sessions === null) {
    const why = error ? `: ${oneLine(error.message)}` : '';
    throw new BerthError('HOST_BUSY', `nobody can tell what runs on ${name}${why}`, {
      hint: 'try again when it answers, or add --force',
      values: { host: name },
    });
  }
  throw new BerthError('HOST_BUSY', `host ${name} runs ${counted(sessions, 'session')}`, {
    hint: `berth host drain ${name} and wait, or end them with it: --force`,
    values: { host: name },
  });
}

/**
 * The host takes no new session, and has none: from here on it may go. Where somebody was faster it
 * takes sessions again, as before, and HOST_BUSY is thrown.
 */
export async function empty(member: Member, force: boolean, context: Context): Promise<void> {
  const { host, machine, error } = member;
  if (host === null || (machine && machine.state !== 'running' && machine.state !== 'unknown')) return;
  if (error !== null) {
    if (!force) refuseBusy(member);
    return;
  }
  const client = await context.connect(host);
  await client.drain({ requestId: randomUUID(), draining: true });
  if (force) return;
  try {
    refuseBusy(await lookAgain(member, host, context));
  } catch (busy) {
    if (!member.draining) {
      await client.drain({ requestId: randomUUID(), draining: false }).catch((again: unknown) => {
        context.console.err(renderError(again, context.console));
      });
    }
    throw busy;
  }
}

/** Throws USAGE where nobody can be asked; false: a person said no. */
export async function agreed(question: string, yes: boolean, { console }: Context): Promise<boolean> {
  if (yes) return true;
  if (!console.canAsk || console.json) {
    throw new BerthError('USAGE', `cannot ${question} without asking`, { hint: 'add --yes' });
  }
  return await confirm(console, `${question}?`);
}

/** `ci-1 (3 kept sessions), ci-2` */
export function describeAll(members: readonly Member[]): string {
  return members
    .map(({ name, kept, sessions }) => {
      const has = [
        ...(sessions ? [`${counted(sessions, 'session')} that run`] : []),
        ...(kept ? [counted(kept, 'kept session')] : []),
      ];
      return has.length > 0 ? `${name} (${has.join(', ')})` : name;
    })
    .join(', ');
}
