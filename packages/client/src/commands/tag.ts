/** `berth tag`: set and remove tags, or show them. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { parseTagWords } from './tag-words.ts';
import { findSessions } from './target.ts';

export const tag = defineCommand({
  usage: 'SESSION… [KEY=VALUE…] [KEY-…]',
  describe: 'Set tags of sessions that live (KEY=VALUE), or remove them (KEY-). Without either, show them.',
  example: 'berth tag my-session team=payments urgent-',
  flags: {},
  async run({ words }, context) {
    const { console } = context;
    const { sessions, set, remove } = parseTagWords(words);
    if (sessions.length === 0) throw new BerthError('USAGE', 'berth tag needs a session');
    const changes = Object.keys(set).length + remove.length > 0;
    const { done, code } = await eachTarget(await findSessions(sessions, context), {
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
