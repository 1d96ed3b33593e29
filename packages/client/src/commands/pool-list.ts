/** `berth pool list`: all machines by provider, with what runs on them and what they cost. */
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Member } from '../providers/member.ts';
import { findProvider, openProviders } from '../providers/open.ts';
import { type Survey, survey } from '../providers/survey.ts';
import { renderError, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { table } from '../render/table.ts';
import type { PoolArguments } from './pool-flags.ts';

export async function listPool({ flags }: PoolArguments, context: Context): Promise<number> {
  const { console } = context;
  const all = await openProviders(context);
  const asked = flags.provider === undefined ? all : [findProvider(all, flags.provider)];
  const found = await withProgress(console, 'asking', () => survey(asked, context));
  const now = Date.now();
  if (console.json) console.out(`${toJson({ machines: found.members.map((one) => memberRow(one, now)) })}\n`);
  else console.out(membersText(found.members, now, console.columns));
  return warnFailed(found, context);
}

/** A line for each provider that could not be asked; 0 if any was. */
export function warnFailed({ failed, members }: Survey, { console }: Context): number {
  for (const { error } of failed) console.err(renderError(error, console));
  return members.length > 0 ? 0 : worst(failed.map(({ error }) => error.exitCode));
}

export function memberRow(member: Member, now: number) {
  const { machine, host, idleSince, error } = member;
  return {
    name: member.name,
    provider: member.provider.name,
    state: stateOf(member),
    host: host?.name ?? null,
    machine_id: machine?.id ?? null,
    address: machine?.address ?? host?.host ?? null,
    size: machine?.size || (host?.size ?? ''),
    region: machine?.region || (host?.region ?? ''),
    price: machine?.price ?? null,
    sessions: member.sessions,
    kept_sessions: member.kept,
    draining: member.draining,
    idle_since: idleSince === null ? null : new Date(idleSince).toISOString(),
    idle_minutes: idleSince === null ? null : Math.max(0, Math.floor((now - idleSince) / 60_000)),
    error: error?.message ?? null,
  };
}

export function membersText(members: readonly Member[], now: number, columns: number | null): string {
  const titles = ['MACHINE', 'PROVIDER', 'STATE', 'SIZE', 'REGION', 'PRICE/H', 'SESSIONS', 'IDLE', 'ADDRESS'];
  const rows = members.map((member) => {
    const row = memberRow(member, now);
    const idle = member.idleSince === null ? '-' : formatAge(now - member.idleSince);
    const price = row.price === null ? '-' : `$${row.price.toFixed(2)}`;
    const sessions = row.sessions === null ? '?' : String(row.sessions);
    const texts = [
      row.name,
      row.provider,
      row.state,
      row.size || '-',
      row.region || '-',
      price,
      sessions,
      idle,
    ];
    return [...texts, row.address ?? '-'].map(oneLine);
  });
  return table(
    titles.map((title) => ({ title, flexible: title === 'ADDRESS' })),
    rows,
    { columns },
  );
}

/** Of the machine where its provider tells, else of its agent. */
function stateOf({ machine, host, sessions, draining, error }: Member): string {
  if (machine === null) return 'gone';
  if (machine.state !== 'running' && machine.state !== 'unknown') return machine.state;
  if (host === null) return 'no host';
  if (error !== null) return 'unreachable';
  if (draining) return 'draining';
  return sessions === null ? machine.state : 'online';
}
