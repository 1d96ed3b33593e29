/** `berth session`: a session's friendly name, shown, changed or taken away. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { nameProblem } from '@berth/shared/domain/text';
import { rememberSession } from '../fleet/remember.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { namedJson, namedText } from './each-target.ts';
import { theSession } from './target.ts';

export const session = defineCommand({
  usage: 'SESSION [NEW | --clear]',
  describe: 'Rename a session that lives. Everybody who uses its host sees the new name.',
  example: 'berth session my-session release-notes',
  flags: { clear: { type: 'boolean', describe: 'take the name away' } },
  most: 2,
  async run({ flags, words }, context) {
    const { console } = context;
    const [word, name] = words;
    if (flags.clear && name !== undefined) throw new BerthError('USAGE', 'give a new name, or --clear');
    const problem = name === undefined ? null : nameProblem(name);
    if (problem) throw new BerthError('NAME_INVALID', `cannot use this session name: ${problem}`);
    const named = word === undefined ? [] : [word];
    const place = await theSession(named, context, { command: 'session' });
    const wanted = flags.clear ? '' : name;
    const after = wanted === undefined ? place.session : await rename(wanted);
    if (console.json) console.out(`${toJson(namedJson({ ...place, session: after }))}\n`);
    else console.out(`${namedText(after)}\n`);
    return 0;

    async function rename(to: string) {
      const client = await context.connect(place.host);
      const order = { requestId: randomUUID(), session: place.session.id, setTags: {}, removeTags: [] };
      const session = await client.update({ ...order, name: to });
      rememberSession({ host: place.host, session }, context);
      return session;
    }
  },
});
