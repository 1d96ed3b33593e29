/** `berth connect`: attach, and create the named session on the named host where it is not there. */
import { createHash } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { isFinal } from '@berth/shared/domain/session-state';
import { nameProblem } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { DEFAULT_SESSION, externalPlace, type Place, parseTarget } from '../fleet/resolve.ts';
import { ATTACH_FLAGS, attachTo, detachKeysOf, needTerminal } from './attach.ts';
import { defineCommand } from './command.ts';
import { findSession, theSession } from './target.ts';

export const connect = defineCommand({
  usage: 'HOST:NAME | SESSION',
  describe: 'Attach to a session; HOST:NAME is created with a login shell if it is not there.',
  example: 'berth connect local:work',
  flags: ATTACH_FLAGS,
  most: 1,
  async run({ flags, words }, context) {
    needTerminal(context);
    detachKeysOf(flags, context);
    const [word] = words;
    const accept = ({ session }: Place) => !isFinal(session.state);
    const place =
      word === undefined
        ? await theSession([], context, { command: 'connect', accept })
        : await findOrCreate(word, context);
    return await attachTo(place, flags, context);
  },
});

async function findOrCreate(word: string, context: Context): Promise<Place> {
  const all = await context.hosts();
  const target = parseTarget(word);
  const isHost = target.host === null && all.some(({ name }) => name === word);
  if (target.host === null && !isHost) return await findSession(word, context);
  const host = findHost(all, target.host ?? word);
  const name = isHost ? DEFAULT_SESSION : target.session;
  const client = await context.connect(host);
  const { sessions, external } = await client.listAll();
  const there = sessions.find((s) => (s.name === name || s.id === name) && !isFinal(s.state));
  if (there) return { host, session: there };
  const theirs = external.find((one) => one.name === name && one.live);
  if (theirs) return externalPlace(host, theirs);
  if (name.startsWith('sess-') || isExternal(name)) return await findSession(word, context);
  const problem = nameProblem(name);
  if (problem) throw new BerthError('NAME_INVALID', `cannot create ${word}: ${problem}`);
  // Two that connect at once ask with one id, and so make one session.
  const before = sessions.filter((s) => s.name === name).length;
  const requestId = `connect-${createHash('sha256').update(`${host.name}\0${name}\0${before}`).digest('hex').slice(0, 32)}`;
  try {
    const session = await client.start({
      requestId,
      name,
      preset: 'shell',
      prompt: '',
      argv: [],
      tags: {},
      env: {},
      reservation: '',
      memoryBytes: 0,
      timeoutMs: null,
      restartPolicy: 'never',
      columns: 120,
      rows: 36,
    });
    return { host, session };
  } catch (error) {
    if (!(error instanceof BerthError) || error.reason !== 'NAME_TAKEN') throw error;
    return { host, session: await client.getSession(name) };
  }
}
