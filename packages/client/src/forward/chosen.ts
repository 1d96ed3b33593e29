/** The forwards that words mean. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Forward, ForwardOfAll } from './forward-files.ts';

type Any = Forward | ForwardOfAll;

/**
 * Words are sessions (name, id or its beginning, either with its host) and local ports; beside a session
 * its own ports come before local ones. Without words: all. Throws FORWARD_NOT_FOUND for a word that means none, and
 * NAME_AMBIGUOUS for a name of several sessions.
 */
export function chosenForwards<T extends Any>(words: readonly string[], all: readonly T[]): T[] {
  const ports = words.flatMap((word) => portIn(word) ?? []);
  const sessions = words.filter((word) => portIn(word) === null);
  const ofSessions = sessions.length === 0 ? [...all] : sessions.flatMap((word) => ofSession(word, all));
  if (ports.length === 0) return [...new Set(ofSessions)];
  const found = ports.flatMap((number) => {
    const there = sessions.length === 0 ? [] : ofSessions.filter(({ port }) => port === number);
    const here = ofSessions.filter(({ localPort }) => localPort === number);
    if (here.length + there.length > 0) return there.length > 0 ? there : here;
    const whose = sessions.length === 0 ? '' : ` of ${sessions.join(', ')}`;
    throw new BerthError('FORWARD_NOT_FOUND', `nothing${whose} is forwarded here as localhost:${number}`);
  });
  return [...new Set(found)];
}

function ofSession<T extends Any>(word: string, all: readonly T[]): T[] {
  const found = all.filter(({ host, name, sessionId }) => {
    const own = word.startsWith(`${host}:`) ? word.slice(host.length + 1) : word;
    return own !== '' && (own === name || own === sessionId || begins(own, sessionId));
  });
  const meant = [...new Set(found.map(({ host, sessionId }) => oneLine(`${host}:${sessionId}`)))];
  if (meant.length === 0) throw new BerthError('FORWARD_NOT_FOUND', `nothing is forwarded here for ${word}`);
  if (meant.length === 1) return found;
  throw new BerthError('NAME_AMBIGUOUS', `cannot tell which session ${word} means: ${meant.join(', ')}`, {
    values: { session: word, candidates: meant.join('\n') },
  });
}

function begins(word: string, sessionId: string): boolean {
  return word.startsWith('sess-') && sessionId.startsWith(word);
}

function portIn(word: string): number | null {
  const port = /^(?:localhost:)?(\d{1,5})$/.exec(word)?.[1];
  return port === undefined ? null : Number(port);
}
