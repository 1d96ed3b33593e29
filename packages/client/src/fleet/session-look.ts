/** What `berth show` and the session's page tell of one session, asked of its host. */

import type { ListeningPort } from '@berth/shared/domain/listening-port';
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { plainSsh } from './plain-ssh.ts';
import type { Place } from './resolve.ts';
import { type StateHistory, stateHistory } from './state-history.ts';

export interface Shown extends Place {
  readonly details: SessionDetails;
  /** What it listens on; null where nobody could tell. */
  readonly ports: readonly ListeningPort[] | null;
  /** Null where nobody could tell in time. */
  readonly disk: DiskUse | null;
  readonly history: StateHistory;
  /** A command line; empty where nothing can be reached. */
  readonly reach: string;
}

/** Nobody waits for long to learn a size, or what it listens on. */
const MEASURE_MS = 1500;

export async function lookAt(place: Place, context: Pick<Context, 'connect' | 'settings'>): Promise<Shown> {
  const { host, external } = place;
  const { id, createdAt } = place.session;
  const client = await context.connect(host);
  const configFile = context.settings.sshConfig;
  if (external) {
    const { session, details } = await client.getDetails(id);
    const reach = external.live ? plainSsh(host, { tmuxSession: external.name, configFile }) : '';
    const history = { steps: [], complete: true };
    return { host, session, external, details, ports: null, disk: null, history, reach };
  }
  const [{ session, details }, ports, disk, history] = await Promise.all([
    client.getDetails(id),
    portsOf(client, place.session),
    diskUse(client, id),
    stateHistory(client, { id, createdAt }),
  ]);
  const { tmuxSocket } = details;
  const reach =
    tmuxSocket && session.startedAt !== null && !isFinal(session.state)
      ? plainSsh(host, { tmuxSocket, configFile })
      : '';
  return { host, session, details, ports, disk, history, reach };
}

export function gitRow(git: SessionDetails['git']) {
  if (!git) return null;
  const { branch, commit, dirtyFiles, ahead, behind, upstream } = git;
  return { branch, commit, dirty_files: dirtyFiles, ahead, behind, upstream };
}

export function artifactRows(artifacts: SessionDetails['artifacts']) {
  return artifacts.map(({ path, bytes, modifiedAt }) => ({
    path,
    bytes,
    modified_at: new Date(modifiedAt).toISOString(),
  }));
}

export function historyRows({ steps }: StateHistory) {
  return steps.map(({ state, at }) => ({ state, at: new Date(at).toISOString() }));
}

/** Null where the host cannot tell within a moment, or its agent is too old to. */
async function portsOf(
  client: HostClient,
  { id, state }: SessionSnapshot,
): Promise<readonly ListeningPort[] | null> {
  if (state !== 'running' && state !== 'suspended') return [];
  try {
    return await client.listPorts(id, { deadlineMs: MEASURE_MS });
  } catch {
    return null;
  }
}

/** Null where the host cannot tell within a moment. */
async function diskUse(client: HostClient, id: string): Promise<DiskUse | null> {
  try {
    return (await client.measureDisk([id], { deadlineMs: MEASURE_MS })).sessions.get(id) ?? null;
  } catch {
    return null;
  }
}
