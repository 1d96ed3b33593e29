/** From the key of a session to the way to its host. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { externalName, isExternal } from '@berth/shared/domain/external-session';
import { oneLine } from '@berth/shared/domain/text';
import { z } from 'zod';
import type { LiveHost } from '../../fleet/live-fleet.ts';
import { externalPlace, type Place } from '../../fleet/resolve.ts';
import type { HostClient } from '../../rpc/host-client.ts';
import type { CallPorts } from './call.ts';

/** Where the text may come from anybody: bounded, and the agent says whether there is one of that id. */
export const SESSION = z.string().min(3).max(400);

/** Throws HOST_NOT_FOUND and SESSION_NOT_FOUND. */
export function hostAndId(key: string, { fleet }: Pick<CallPorts, 'fleet'>): { host: LiveHost; id: string } {
  const colon = key.indexOf(':');
  return { host: theHost(key.slice(0, Math.max(0, colon)), { fleet }), id: key.slice(colon + 1) };
}

/** Throws HOST_NOT_FOUND. */
export function theHost(name: string, { fleet }: Pick<CallPorts, 'fleet'>): LiveHost {
  const host = fleet.hosts().find(({ config }) => config.name === name);
  if (!host) throw new BerthError('HOST_NOT_FOUND', `there is no host ${oneLine(name) || "''"}`);
  return host;
}

/** As it is known here, else as its host tells it. */
export async function placeOf(key: string, ports: CallPorts, signal: AbortSignal): Promise<Place> {
  const { host, id } = hostAndId(key, ports);
  if (isExternal(id)) {
    const external = host.external.find(({ name }) => name === externalName(id));
    if (external) return externalPlace(host.config, external);
    throw new BerthError('SESSION_NOT_FOUND', `${oneLine(key)} is there no more`);
  }
  const known = host.sessions.get(id);
  if (known) return { host: host.config, session: known };
  // Started a moment ago, or long ago.
  const client = await ports.context.connect(host.config, { signal });
  return { host: host.config, session: await client.getSession(id, { signal }) };
}

/** Of the agent that has the session, with its id and a request id. */
export async function onSession(
  key: string,
  ports: CallPorts,
  work: (client: HostClient, request: { requestId: string; session: string }) => Promise<unknown>,
): Promise<object> {
  const { host, id } = hostAndId(key, ports);
  const client = await ports.context.connect(host.config);
  await work(client, { requestId: randomUUID(), session: id });
  return {};
}
