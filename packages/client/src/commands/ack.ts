/** `berth ack`: somebody has seen it. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import { takeInventory } from '../fleet/inventory.ts';
import { type Place, placesOf } from '../fleet/resolve.ts';
import { attentionRow } from '../fleet/view.ts';
import { attentionText } from '../render/attention.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { findSessions, reachCode, theSession, warnUnreachable } from './target.ts';

export const ack = defineCommand({
  usage: 'SESSION… | --all',
  describe: 'Say that you have seen what sessions ask for: it is cleared until they ask again.',
  example: 'berth ack my-session',
  flags: { all: { type: 'boolean', short: 'a', describe: 'all sessions that ask for somebody' } },
  async run({ flags, words }, context) {
    const { console } = context;
    if (flags.all && words.length > 0) throw new BerthError('USAGE', 'give sessions, or --all');
    const chosen = flags.all ? await everybody(context) : { targets: await named(words, context), code: 0 };
    const { done, code } = await eachTarget(chosen.targets, {
      command: 'ack',
      context,
      work: async (place, client) => {
        const { cleared } = await client.acknowledge({
          requestId: randomUUID(),
          session: place.session.id,
        });
        const was = cleared ? place.session.attention : null;
        const past = place.external?.live === false;
        if (!console.json) console.out(`${namedText(place.session)} ${told(cleared, was, past)}\n`);
        return { ...namedJson(place), cleared, attention: was && attentionRow(was) };
      },
    });
    if (console.json) console.out(`${toJson({ sessions: done })}\n`);
    else if (flags.all && chosen.targets.length === 0) console.err('berth: no session asks for anybody\n');
    return worst([chosen.code, code]);
  },
});

/** `was` may be unknown: it can have come after we looked. */
function told(cleared: boolean, was: Place['session']['attention'], past: boolean): string {
  if (!cleared) return 'asked for nobody';
  // Another tool's, without a tmux session: with that it is listed no more.
  if (past) return was ? `put away: ${attentionText(was, Date.now())}` : 'put away';
  return was ? `cleared: ${attentionText(was, Date.now())}` : 'cleared';
}

async function named(words: readonly string[], context: Context) {
  if (words.length > 0) return await findSessions(words, context);
  const accept = ({ session }: Place) => session.attention !== null;
  return [await theSession([], context, { command: 'ack', accept })];
}

async function everybody(context: Context) {
  const answers = await takeInventory(context, await context.hosts());
  warnUnreachable(context, answers);
  const places = placesOf(answers);
  return { targets: places.filter(({ session }) => session.attention), code: reachCode(answers) };
}
