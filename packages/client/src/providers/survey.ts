/** The machines of all providers beside the hosts that run on them: who is busy, and since when who idles. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { type Holding, takeInventory } from '../fleet/inventory.ts';
import { within } from '../fleet/within.ts';
import { asBerthError } from '../render/errors.ts';
import type { Member } from './member.ts';
import type { Machine, Provider, Work } from './provider.ts';

export interface Survey {
  readonly members: readonly Member[];
  /** Providers that could not be asked. */
  readonly failed: readonly { readonly provider: string; readonly error: BerthError }[];
}

/** Of an answer that looks only; a provider that hangs blocks nobody else. */
const LIST_MS = 30_000;

/** Asks providers and hosts at once; what does not answer costs its own rows only. */
export async function survey(
  providers: readonly Provider[],
  context: Context,
  work: Work = {},
): Promise<Survey> {
  const hosts = await context.hosts();
  const ours = hosts.filter((host) => providers.some((provider) => belongs(host, provider)));
  const [lists, answers] = await Promise.all([
    Promise.all(providers.map((provider) => listOf(provider, work))),
    takeInventory(context, ours, { withHost: true }),
  ]);
  const byName = new Map(answers.map((answer) => [answer.host.name, answer]));
  const members = providers.flatMap((provider, i) => {
    const list = lists[i];
    const machines = list && 'machines' in list ? list.machines : [];
    const own = ours.filter((host) => belongs(host, provider));
    const known = machines.map((machine) => {
      const host = own.find(({ name }) => name === machine.name) ?? null;
      return memberOf(provider, { machine, host }, byName);
    });
    // Hosts whose machine is not there any more; where the list failed that is not known.
    const gone = own.filter(({ name }) => !machines.some((machine) => machine.name === name));
    return [...known, ...gone.map((host) => memberOf(provider, { machine: null, host }, byName))];
  });
  const failed = lists.flatMap((list, i) =>
    'error' in list ? [{ provider: providers[i]?.name ?? '', error: list.error }] : [],
  );
  return { members, failed };
}

/** One host again, as it is now. Rejects where it does not answer. */
export async function lookAgain(member: Member, host: HostConfig, context: Context): Promise<Member> {
  const [answer] = await takeInventory(context, [host], {
    withHost: true,
    deadlineMs: context.settings.connectMs,
  });
  if (!answer?.ok) throw answer?.error ?? new BerthError('HOST_UNREACHABLE', `cannot ask host ${host.name}`);
  return { ...member, ...holdingOf(answer) };
}

function belongs(host: HostConfig, { name, kind }: Provider): boolean {
  if (kind === 'local') return host.kind === 'local';
  if (kind === 'static') return host.kind === 'ssh' && host.provider === undefined;
  return host.provider === name;
}

async function listOf(
  provider: Provider,
  { signal = new AbortController().signal }: Work,
): Promise<{ machines: readonly Machine[] } | { error: BerthError }> {
  try {
    const bound = { ms: LIST_MS, host: provider.name, signal };
    return { machines: await within(bound, (stop) => provider.list({ signal: stop })) };
  } catch (error) {
    return { error: asBerthError(error) };
  }
}

function memberOf(
  provider: Provider,
  { machine, host }: { machine: Machine | null; host: HostConfig | null },
  answers: ReadonlyMap<string, Answer<Holding>>,
): Member {
  const answer = host ? answers.get(host.name) : undefined;
  const nothing = { sessions: null, kept: null, idleSince: null, draining: false, error: null };
  return {
    name: machine?.name ?? host?.name ?? '',
    provider,
    machine,
    host,
    ...nothing,
    ...(answer ? holdingOf(answer) : {}),
  };
}

/** What others' tools run counts, too: it would end with the machine. */
function holdingOf(
  answer: Answer<Holding>,
): Pick<Member, 'sessions' | 'kept' | 'idleSince' | 'draining' | 'error'> {
  if (!answer.ok)
    return { sessions: null, kept: null, idleSince: null, draining: false, error: answer.error };
  const { sessions, external, host } = answer.value;
  const living = sessions.filter(({ state }) => !isFinal(state));
  const others =
    host && host.ledger.heldByOthersBytes > 0 ? Math.max(1, host.ledger.heldSlots - living.length) : 0;
  const count = living.length + external.filter(({ live }) => live).length + others;
  const ends = sessions.map(({ endedAt, createdAt }) => endedAt ?? createdAt);
  const since = host?.idleSince ?? (ends.length > 0 ? Math.max(...ends) : (host?.agentStartedAt ?? null));
  return {
    sessions: count,
    kept: sessions.length - living.length,
    idleSince: count > 0 ? null : since,
    draining: host?.draining ?? false,
    error: null,
  };
}
