/** `berth disconnect`: take all terminals off sessions; they go on. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { findSessions, theSession } from './target.ts';

export const disconnect = defineCommand({
  usage: 'SESSION…',
  describe: 'Detach all terminals from sessions, of berth and of plain tmux; the sessions go on.',
  example: 'berth disconnect my-session',
  flags: {},
  async run({ words }, context) {
    const targets = words.length > 0 ? await findSessions(words, context) : [await one(context)];
    const { done, code } = await eachTarget(targets, {
      command: 'disconnect',
      context,
      work: async (place, client) => {
        const request = { requestId: randomUUID(), session: place.session.id };
        const detached = await client.detachClients(request);
        const told = `${namedText(place.session)} detached ${counted(detached, 'terminal')}`;
        if (!context.console.json) context.console.out(`${told}\n`);
        return { ...namedJson(place), detached };
      },
    });
    if (context.console.json) context.console.out(`${toJson({ sessions: done })}\n`);
    return code;
  },
});

async function one(context: Context) {
  const accept = ({ session }: { session: { attachedClients: number } }) => session.attachedClients > 0;
  return await theSession([], context, {
    command: 'disconnect',
    accept,
    none: 'none has a terminal on it',
  });
}
