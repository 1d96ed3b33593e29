/** `berth tag`: set and remove tags, or show them. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Place } from '../fleet/resolve.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { parseTagWords } from './tag-words.ts';
import { findSessions, theSession } from './target.ts';

export const tag = defineCommand({
  usage: 'SESSION… [KEY=VALUE…] [KEY-…]',
  describe: 'Set tags of sessions that live (KEY=VALUE), or remove them (KEY-). Without either, show them.',
  example: 'berth tag my-session team=payments urgent-',
  flags: {},
  async run({ words }, context) {
    const { console } = context;
    const { sessions, set, remove } = parseTagWords(words);
    const targets =
      sessions.length > 0
        ? (await findSessions(sessions, context)).map((found, i) => (i > 0 ? orTag(found) : found))
        : [await theSession([], context, { command: 'tag' })];
    const changes = Object.keys(set).length + remove.length > 0;
    const { done, code } = await eachTarget(targets, {
      command: 'tag',
      context,
      work: async (place, client) => {
        const order = { requestId: randomUUID(), session: place.session.id, name: null };
        const after = changes
          ? await client.update({ ...order, setTags: set, removeTags: remove })
          : place.session;
        const tags = Object.entries(after.tags).map(([key, value]) => oneLine(`${key}=${value}`));
        if (!console.json) console.out(`${namedText(after)} ${tags.sort().join(' ') || 'has no tags'}\n`);
        return { ...namedJson(place), tags: after.tags };
      },
    });
    if (console.json) console.out(`${toJson({ sessions: done })}\n`);
    return code;
  },
});

/** A word after the first that is no session may have been meant as a tag. */
function orTag(found: Place | BerthError): Place | BerthError {
  if (!(found instanceof BerthError) || found.reason !== 'SESSION_NOT_FOUND') return found;
  const { reason, message, values } = found;
  const hint = `to set it as a tag write ${values.session}=VALUE, to remove it ${values.session}-`;
  return new BerthError(reason, message, { values, hint });
}
