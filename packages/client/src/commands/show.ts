/** `berth show`: everything about one session. */

import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import { artifactRows, gitRow, historyRows, lookAt, type Shown } from '../fleet/session-look.ts';
import { sessionRow } from '../fleet/view.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { diskJson } from './disk-text.ts';
import { shownText } from './show-text.ts';
import { hostnameOf, theSession } from './target.ts';

export const show = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Everything about one session.',
  example: 'berth show my-session',
  flags: {},
  most: 1,
  async run({ words }, context) {
    const found = await theSession(words, context, { command: 'show' });
    const { console } = context;
    const shown = await lookAt(found, context);
    if (!console.json) {
      console.out(shownText(shown, Date.now()));
      return 0;
    }
    const hostname = await hostnameOf(found.host, context);
    console.out(`${toJson(json(shown, hostname))}\n`);
    return 0;
  },
});

function json(shown: Shown, hostname: string) {
  const { host, session, external, details, ports, disk, history, reach } = shown;
  return {
    ...sessionRow({ host, hostname }, session, Date.now()),
    report: external ? reportJson(external) : null,
    git: gitRow(details.git),
    artifacts: artifactRows(details.artifacts),
    ports: ports?.map(({ port, addresses, program, pid }) => ({ port, addresses, program, pid })) ?? null,
    disk: disk && diskJson(disk),
    output_directory: details.outputDirectory,
    status_directory: details.statusDirectory,
    tmux_socket: details.tmuxSocket,
    ssh: reach,
    history: historyRows(history),
    history_complete: history.complete,
  };
}

function reportJson(external: ExternalSnapshot) {
  const { toolSessionId, status, message, reportedAt, metrics, team, agents } = external;
  const told = { status, message, reported_at: new Date(reportedAt).toISOString() };
  return { ...told, tool_session_id: toolSessionId, metrics, team, agents };
}
