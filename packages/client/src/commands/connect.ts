/** `berth connect`: attach, and create the named session on the named host where it is not there. */
import { createHash } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { isFinal } from '@berth/shared/domain/session-state';
import { nameProblem } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { rememberSession } from '../fleet/remember.ts';
import { DEFAULT_SESSION, externalPlace, type Place } from '../fleet/resolve.ts';
import { parseTarget } from '../fleet/target-word.ts';
import { ATTACH_FLAGS, attachTo, detachKeysOf, needTerminal } from './attach.ts';
import { defineCommand } from './command.ts';
import { findSession, theSession } from './target.ts';

export const connect = defineCommand({
  usage: 'HOST:NAME | HOST | SESSION',
  describe:
    'Attach to a session. HOST:NAME, or HOST for its session berth, is made with a login shell if not there.',
  example: 'berth connect local:work',
  flags: ATTACH_FLAGS,
  most: 1,
  async run({ flags, words }, context) {
    const [word] = words;
    needTerminal(context, word);
    detachKeysOf(flags, context);
    const accept = ({ session }: Place) => !isFinal(session.state);
    const place =
      word === undefined
        ? await theSession([], context, { command: 'connect', accept })
        : await findOrCreate(word, context);
    return await attachTo(place, flags, context);
  },
});

/** A session that is called so comes first, then the host of this name, with its default session. */
async function findOrCreate(word: string, context: Context): Promise<Place> {
  const target = parseTarget(word);
  if (target.host !== null) return await onHost(target.host, target.session || DEFAULT_SESSION, context);
  const all = await context.hosts();
  if (!all.some(({ name }) => name === word)) return await findSession(word, context);
  try {
    const place = await findSession(word, context);
    if (!isFinal(place.session.state)) return place;
  } catch (error) {
    const missing =
      error instanceof BerthError && ['SESSION_NOT_FOUND', 'HOST_UNREACHABLE'].includes(error.reason);
    if (!missing) throw error;
  }
  return await onHost(word, DEFAULT_SESSION, context);
}

/** The session that lives there under this name; it is made where there is none. */
async function onHost(hostName: string, name: string, context: Context): Promise<Place> {
  const host = findHost(await context.hosts(), hostName);
  const client = await context.connect(host);
  const { sessions, external } = await client.listAll();
  const there = sessions.find((s) => (s.name === name || s.id === name) && !isFinal(s.state));
  if (there) return { host, session: there };
  const theirs = external.find((one) => one.name === name && one.live);
  if (theirs) return externalPlace(host, theirs);
  const word = `${hostName}:${name}`;
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
    rememberSession({ host, session }, context);
    return { host, session };
  } catch (error) {
    if (!(error instanceof BerthError) || error.reason !== 'NAME_TAKEN') throw error;
    return { host, session: await client.getSession(name) };
  }
}
