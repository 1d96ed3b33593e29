/** `berth send`: type into a session. */

import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
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
    'no-verify': { type: 'boolean', describe: 'do not look whether the text shows on the screen' },
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
    const request = { requestId: randomUUID(), session: session.id, data, keys };
    // Of keys alone many show nothing, and are taken all the same.
    const verify = text !== '' && !flags['no-verify'];
    const { session: after, taken, keysWithheld } = await client.sendInput({ ...request, verify });
    if (taken === false) throw notTaken(after, { host: host.name, keys: keysWithheld ? keys : [] });
    if (context.console.json) {
      const { id } = after;
      context.console.out(`${toJson({ session_id: id, bytes: data.length, keys, taken })}\n`);
    }
    return 0;
  },
});

/** `keys`: those that were left out because of it. */
function notTaken(
  { id, name }: Place['session'],
  { host, keys }: { host: string; keys: readonly string[] },
): BerthError {
  const label = oneLine(name) || id;
  const left = keys.length > 0 ? `, so ${keys.join(' ')} was not pressed` : '';
  return new BerthError('INPUT_NOT_TAKEN', `the text did not show on the screen of ${label}${left}`, {
    values: { session: id, host },
    hint: `look at it: berth output ${label} --screen; type without looking: --no-verify`,
  });
}
