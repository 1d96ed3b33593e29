/** `berth suspend`: sessions stand still, and keep their slots. `berth resume`: they go on. */
import { randomUUID } from 'node:crypto';
import { statusOf } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { findSessions, theSession } from './target.ts';

export const suspend = defineCommand({
  usage: 'SESSION…',
  describe: 'Stop all processes of sessions. They keep their memory and their slots.',
  example: 'berth suspend my-session',
  flags: {},
  run: async ({ words }, context) => await change('suspend', words, context),
});

export const resume = defineCommand({
  usage: 'SESSION…',
  describe: 'Let suspended sessions go on where they stood.',
  example: 'berth resume my-session',
  flags: {},
  run: async ({ words }, context) => await change('resume', words, context),
});

const WHICH = { suspend: 'running', resume: 'suspended' } as const;
const TOLD = {
  suspend: (id: string) => `is suspended: let it go on with berth resume ${id}`,
  resume: () => 'goes on',
} as const;

async function change(
  command: 'suspend' | 'resume',
  words: readonly string[],
  context: Context,
): Promise<number> {
  const { console } = context;
  const accept = ({ session }: { session: { state: string } }) => session.state === WHICH[command];
  const targets =
    words.length > 0
      ? await findSessions(words, context)
      : [await theSession([], context, { command, accept, none: `none is ${WHICH[command]}` })];
  const { done, code } = await eachTarget(targets, {
    command,
    context,
    work: async (place, client) => {
      const request = { requestId: randomUUID(), session: place.session.id };
      const session = await client[command](request);
      if (!console.json) console.out(`${namedText(session)} ${TOLD[command](session.id)}\n`);
      return { ...namedJson(place), status: statusOf(session.state) };
    },
  });
  if (console.json) console.out(`${toJson({ sessions: done })}\n`);
  return code;
}
