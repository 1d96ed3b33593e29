/** A machine of the pool, and which of several may go. Pure. */
import type { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';
import type { Machine, Provider } from './provider.ts';

export interface Member {
  readonly name: string;
  readonly provider: Provider;
  /** Null: a host whose machine its provider does not know. */
  readonly machine: Machine | null;
  /** Null: a machine that is no host (yet). */
  readonly host: HostConfig | null;
  /** That live or wait there, of whoever; null: nobody can tell. */
  readonly sessions: number | null;
  /** Ended ones, whose workspaces are there; null: nobody can tell. */
  readonly kept: number | null;
  /** Ms since the epoch; null: it is busy, or nobody can tell. */
  readonly idleSince: number | null;
  readonly draining: boolean;
  /** Why the host could not be asked. */
  readonly error: BerthError | null;
}

/** It runs something, or may do so: where nobody can tell it counts as busy. */
export function isBusy({ sessions, machine, host }: Member): boolean {
  if (sessions !== null) return sessions > 0;
  if (machine?.state === 'stopped' || machine?.state === 'failed') return false;
  // A machine that never became a host has no session of ours.
  return host !== null;
}

/** What of it could be used, or will be soon. */
export function counts({ machine }: Member): boolean {
  return machine !== null && machine.state !== 'deleting' && machine.state !== 'failed';
}

/**
 * In the order in which they should go: stopped ones, then those that idle longest. None that is busy,
 * and none that is no host: somebody may be about to make it one.
 */
export function idleFirst(members: readonly Member[]): Member[] {
  const free = members.filter((member) => member.host !== null && !isBusy(member));
  const at = ({ machine, idleSince }: Member) =>
    machine?.state === 'stopped' ? Number.NEGATIVE_INFINITY : (idleSince ?? Number.POSITIVE_INFINITY);
  return free.sort((a, b) => at(a) - at(b) || (a.name < b.name ? -1 : 1));
}

/** Hosts that have idled at least so long; never one of which that cannot be told. */
export function idleFor(members: readonly Member[], ms: number, now: number): Member[] {
  return idleFirst(members).filter(({ idleSince }) => idleSince !== null && now - idleSince >= ms);
}

/** `lab-l-1`, `lab-l-2`, …: the lowest that are free. */
export function newNames(prefix: string, count: number, taken: ReadonlySet<string>): string[] {
  const names: string[] = [];
  for (let i = 1; names.length < count; i++) if (!taken.has(`${prefix}-${i}`)) names.push(`${prefix}-${i}`);
  return names;
}
