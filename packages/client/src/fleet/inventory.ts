/** What the fleet holds now: the sessions, and where asked for the hosts, of every host that answers. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { type Answer, fanOut } from './fan-out.ts';
import { nearest } from './nearest.ts';

export interface Holding {
  readonly sessions: readonly SessionSnapshot[];
  /** Sessions of others' tools. */
  readonly external: readonly ExternalSnapshot[];
  /** Null unless it was asked for. */
  readonly host: HostSnapshot | null;
}

export interface InventoryOptions {
  /** Names of the hosts to ask; empty: all. */
  readonly hosts?: readonly string[];
  readonly withHost?: boolean;
  /** For each host, in ms. Default: the setting for questions to all. */
  readonly deadlineMs?: number;
  /** Called with each answer as it comes. */
  readonly answered?: (answer: Answer<Holding>) => void;
  readonly signal?: AbortSignal;
}

export async function inventory(
  context: Context,
  options: InventoryOptions = {},
): Promise<Answer<Holding>[]> {
  const chosen = await chooseHosts(context, options.hosts ?? []);
  return await takeInventory(context, chosen, options);
}

export async function takeInventory(
  context: Context,
  hosts: readonly HostConfig[],
  options: InventoryOptions = {},
): Promise<Answer<Holding>[]> {
  const deadlineMs = options.deadlineMs ?? context.settings.fanoutMs;
  const ask = async (host: HostConfig, signal: AbortSignal): Promise<Holding> => {
    const client = await context.connect(host, { signal });
    const call = { signal, deadlineMs };
    const [{ sessions, external }, snapshot] = await Promise.all([
      client.listAll(call),
      options.withHost ? client.getHost(call) : null,
    ]);
    return { sessions, external, host: snapshot };
  };
  return await fanOut(hosts, ask, {
    deadlineMs,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.answered ? { answered: options.answered } : {}),
  });
}

/** The hosts of these names, all if there are none. Throws HOST_NOT_FOUND. */
export async function chooseHosts(
  context: Context,
  names: readonly string[],
): Promise<readonly HostConfig[]> {
  const all = await context.hosts();
  if (names.length === 0) return all;
  return [...new Set(names)].map((name) => findHost(all, name));
}

/** Those of these names, all if there are none; a name that is not there is left out. */
export function namedOf(hosts: readonly HostConfig[], names: readonly string[]): readonly HostConfig[] {
  return names.length === 0 ? hosts : hosts.filter(({ name }) => names.includes(name));
}

export function findHost(hosts: readonly HostConfig[], name: string): HostConfig {
  const found = hosts.find((host) => host.name === name);
  if (found) return found;
  const close = nearest(
    name,
    hosts.map((host) => host.name),
  );
  throw new BerthError('HOST_NOT_FOUND', `cannot find host ${name}: it is not in the list of hosts`, {
    values: { host: name },
    ...(close ? { hint: `did you mean ${close}? see berth host list` } : {}),
  });
}
