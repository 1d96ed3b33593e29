/** `berth show`: everything about one session. */

import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { sessionRow } from '../fleet/view.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { outOfMemoryHint } from './out-of-memory.ts';
import { hostnameOf, theSession } from './target.ts';

export const show = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Everything about one session.',
  example: 'berth show my-session',
  flags: {},
  most: 1,
  async run({ words }, context) {
    const { host, session } = await theSession(words, context, { command: 'show' });
    const { console } = context;
    const hostname = console.json ? await hostnameOf(host, context) : host.name;
    const row = sessionRow({ host, hostname }, session, Date.now());
    if (console.json) console.out(`${toJson(row)}\n`);
    else {
      const facts: [string, string][] = [
        ['session', session.id],
        ['name', session.name],
        ['host', host.name],
        ['status', row.status + (session.failureReason ? ` (${session.failureReason})` : '')],
        ['detail', session.detail],
        ['hint', outOfMemoryHint(session)],
        ['exit code', session.exitCode === null ? '' : String(session.exitCode)],
        ['preset', session.preset],
        ['prompt', session.prompt],
        ['command', session.argv.join(' ')],
        ['created', `${row.created_at} (${formatAge(Date.now() - session.createdAt)})`],
        ['started', row.started_at ?? ''],
        ['ended', row.ended_at ?? ''],
        ['slot', formatMemory(session.memoryBytes)],
        ['in use', session.memoryUsedBytes > 0 ? formatMemory(session.memoryUsedBytes) : ''],
        ['cpu', session.cpuMs === null ? '' : `${session.cpuPercent}%, ${formatAge(session.cpuMs)} in all`],
        ['limits', session.enforcement ?? ''],
        ['restart', session.restartPolicy === 'never' ? '' : session.restartPolicy],
        ['incarnation', session.incarnation > 1 ? String(session.incarnation) : ''],
        ['oom kills', session.oomKills > 0 ? String(session.oomKills) : ''],
        ['peak', session.memoryPeakBytes > 0 ? formatMemory(session.memoryPeakBytes) : ''],
        ['attached', String(session.attachedClients)],
        [
          'tags',
          Object.entries(session.tags)
            .map(([key, value]) => `${key}=${value}`)
            .join(' '),
        ],
        ['workspace', session.workspace],
        ['transcript', `bytes ${session.transcriptStart} to ${session.transcriptEnd}`],
      ];
      for (const [label, text] of facts) if (text) console.out(`${label.padEnd(11)} ${oneLine(text)}\n`);
    }
    return 0;
  },
});
