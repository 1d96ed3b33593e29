/** `berth snooze`: quiet for a while. What a session asks for stays to be seen; nobody is told. */
import { randomUUID } from 'node:crypto';
import { formatAge } from '@berth/shared/domain/duration';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { parseSnooze } from './snooze-until.ts';
import { findSessions, theSession } from './target.ts';

export const snooze = defineCommand({
  usage: 'SESSION… TIME | SESSION… until HH:MM | SESSION… --off',
  describe: 'Quiet sessions for a time: what they ask for stays visible, and nobody is told.',
  example: 'berth snooze my-session 30m',
  flags: { off: { type: 'boolean', describe: 'end it now' } },
  async run({ flags, words }, context) {
    const { console } = context;
    const now = Date.now();
    const { sessions, until } = flags.off ? { sessions: words, until: 0 } : parseSnooze(words, now);
    const targets =
      sessions.length > 0
        ? await findSessions(sessions, context)
        : [await theSession([], context, { command: 'snooze' })];
    const told = flags.off ? 'snoozed no more' : `snoozed for ${formatAge(until - now)}, ${clock(until)}`;
    const { done, code } = await eachTarget(targets, {
      command: 'snooze',
      context,
      work: async (place, client) => {
        await client.snooze({ requestId: randomUUID(), session: place.session.id, until });
        if (!console.json) console.out(`${namedText(place.session)} ${told}\n`);
        return { ...namedJson(place), snoozed_until: flags.off ? null : new Date(until).toISOString() };
      },
    });
    if (console.json) console.out(`${toJson({ sessions: done })}\n`);
    return code;
  },
});

/** `until 09:00`, by local time. */
function clock(at: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = new Date(at);
  return `until ${two(date.getHours())}:${two(date.getMinutes())}`;
}
