/** What `berth show` and the session's page tell of one session, asked of its host. */

import type { SessionDetails } from '@berth/shared/domain/session-details';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { plainSsh } from './plain-ssh.ts';
import type { Place } from './resolve.ts';
import { type StateHistory, stateHistory } from './state-history.ts';

export interface Shown extends Place {
  readonly details: SessionDetails;
  /** Null where nobody could tell in time. */
  readonly disk: DiskUse | null;
  readonly history: StateHistory;
  /** A command line; empty where nothing can be reached. */
  readonly reach: string;
}

/** Nobody waits for long to learn a size. */
const MEASURE_MS = 1500;

export async function lookAt(place: Place, context: Pick<Context, 'connect' | 'settings'>): Promise<Shown> {
  const { host, external } = place;
  const { id, createdAt } = place.session;
  const client = await context.connect(host);
  const configFile = context.settings.sshConfig;
  if (external) {
    const { session, details } = await client.getDetails(id);
    const reach = external.live ? plainSsh(host, { tmuxSession: external.name, configFile }) : '';
    return { host, session, external, details, disk: null, history: { steps: [], complete: true }, reach };
  }
  const [{ session, details }, disk, history] = await Promise.all([
    client.getDetails(id),
    diskUse(client, id),
    stateHistory(client, { id, createdAt }),
  ]);
  const { tmuxSocket } = details;
  const reach =
    tmuxSocket && session.startedAt !== null && !isFinal(session.state)
      ? plainSsh(host, { tmuxSocket, configFile })
      : '';
  return { host, session, details, disk, history, reach };
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

/** Null where the host cannot tell within a moment. */
async function diskUse(client: HostClient, id: string): Promise<DiskUse | null> {
  try {
    return (await client.measureDisk([id], { deadlineMs: MEASURE_MS })).sessions.get(id) ?? null;
  } catch {
    return null;
  }
}
