/** `berth show`: everything about one session. */

import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import { plainSsh } from '../fleet/plain-ssh.ts';
import type { Place } from '../fleet/resolve.ts';
import { stateHistory } from '../fleet/state-history.ts';
import { sessionRow } from '../fleet/view.ts';
import { toJson } from '../render/json.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { defineCommand } from './command.ts';
import { diskJson } from './disk-text.ts';
import { type Shown, shownText } from './show-text.ts';
import { hostnameOf, theSession } from './target.ts';

/** Nobody waits for long to learn a size, or what it listens on. */
const MEASURE_MS = 1500;

export const show = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Everything about one session.',
  example: 'berth show my-session',
  flags: {},
  most: 1,
  async run({ words }, context) {
    const found = await theSession(words, context, { command: 'show' });
    const { console } = context;
    const shown = await look(found, context);
    if (!console.json) {
      console.out(shownText(shown, Date.now()));
      return 0;
    }
    const hostname = await hostnameOf(found.host, context);
    console.out(`${toJson(json(shown, hostname))}\n`);
    return 0;
  },
});

async function look(place: Place, context: Context): Promise<Shown> {
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

function json(shown: Shown, hostname: string) {
  const { host, session, external, details, ports, disk, history, reach } = shown;
  return {
    ...sessionRow({ host, hostname }, session, Date.now()),
    report: external ? reportJson(external) : null,
    git: gitJson(details.git),
    artifacts: details.artifacts.map(({ path, bytes, modifiedAt }) => ({
      path,
      bytes,
      modified_at: new Date(modifiedAt).toISOString(),
    })),
    ports: ports?.map(({ port, addresses, program, pid }) => ({ port, addresses, program, pid })) ?? null,
    disk: disk && diskJson(disk),
    output_directory: details.outputDirectory,
    status_directory: details.statusDirectory,
    tmux_socket: details.tmuxSocket,
    ssh: reach,
    history: history.steps.map(({ state, at }) => ({ state, at: new Date(at).toISOString() })),
    history_complete: history.complete,
  };
}

function reportJson(external: ExternalSnapshot) {
  const { toolSessionId, status, message, reportedAt, metrics, team, agents } = external;
  const told = { status, message, reported_at: new Date(reportedAt).toISOString() };
  return { ...told, tool_session_id: toolSessionId, metrics, team, agents };
}

function gitJson(git: SessionDetails['git']) {
  if (!git) return null;
  const { branch, commit, dirtyFiles, ahead, behind, upstream } = git;
  return { branch, commit, dirty_files: dirtyFiles, ahead, behind, upstream };
}
