/** `berth send`: type into a session. */

import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Place } from '../fleet/resolve.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { theSession } from './target.ts';

export const send = defineCommand({
  usage: '[HOST:]SESSION [TEXT]',
  describe: 'Type text, and then keys, into a session.',
  example: "berth send my-session 'make test' --enter",
  flags: {
    enter: { type: 'boolean', describe: 'press Enter last' },
    key: {
      type: 'list',
      short: 'k',
      value: 'KEY',
      describe: 'after the text, this key: Escape, C-c, Up, F1, …',
    },
  },
  async run({ flags, words }, context) {
    const [word, ...texts] = words;
    const keys = [...flags.key, ...(flags.enter ? ['Enter'] : [])];
    const text = texts.join(' ');
    if (text === '' && keys.length === 0) {
      throw new BerthError('USAGE', 'berth send needs a session, and a text or a key');
    }
    const accept = ({ session }: Place) => !isFinal(session.state);
    const named = word === undefined ? [] : [word];
    const { host, session } = await theSession(named, context, { command: 'send', accept });
    const client = await context.connect(host);
    const data = new TextEncoder().encode(text);
    const { session: after } = await client.sendInput({
      requestId: randomUUID(),
      session: session.id,
      data,
      keys,
    });
    if (context.console.json)
      context.console.out(`${toJson({ session_id: after.id, bytes: data.length, keys })}\n`);
    return 0;
  },
});
