/** `berth send`: type into a session. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { defineCommand } from './command.ts';
import { findSession } from './target.ts';

export const send = defineCommand({
  usage: '[HOST:]SESSION [TEXT]',
  describe: 'Type text, and then keys, into a session.',
  example: "berth send my-session 'make test' --enter",
  flags: {
    enter: { type: 'boolean', describe: 'press Enter after it' },
    key: { type: 'list', short: 'k', value: 'KEY', describe: 'then this key: Escape, C-c, Up, F1, …' },
  },
  async run({ flags, words, rest }, context) {
    const [word, ...texts] = [...words, ...(rest ?? [])];
    const keys = [...flags.key, ...(flags.enter ? ['Enter'] : [])];
    const text = texts.join(' ');
    if (word === undefined || (text === '' && keys.length === 0)) {
      throw new BerthError('USAGE', 'berth send needs a session, and a text or a key');
    }
    const { host, session } = await findSession(word, context);
    const client = await context.connect(host);
    const data = new TextEncoder().encode(text);
    const after = await client.sendInput({ requestId: randomUUID(), session: session.id, data, keys });
    if (context.console.json)
      context.console.out(`${JSON.stringify({ session_id: after.id, bytes: data.length, keys })}\n`);
    return 0;
  },
});
