/** Which session a word means, given what the hosts answered. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { type ExternalSnapshot, externalAsSession, isExternal } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';

export interface Place {
  readonly host: HostConfig;
  readonly session: SessionSnapshot;
  /** What its tool reports, where it is another tool's. */
  readonly external?: ExternalSnapshot;
}

/** All sessions of the hosts that answered, those of other tools last. */
export function placesOf(answers: readonly Answer<Holding>[]): Place[] {
  const heard = answers.filter((answer) => answer.ok);
  return [
    ...heard.flatMap(({ host, value }) => value.sessions.map((session) => ({ host, session }))),
    ...heard.flatMap(({ host, value }) => value.external.map((external) => externalPlace(host, external))),
  ];
}

export function externalPlace(host: HostConfig, external: ExternalSnapshot): Place {
  return { host, session: externalAsSession(external), external };
}

/** The session that a host's bare name stands for. */
export const DEFAULT_SESSION = 'berth';

/** `host:session` taken apart; host null where none was written. No host is called `external`. */
export function parseTarget(word: string): { host: string | null; session: string } {
  if (isExternal(word)) return { host: null, session: word };
  const colon = word.indexOf(':');
  if (colon < 0) return { host: null, session: word };
  return { host: word.slice(0, colon), session: word.slice(colon + 1) };
}

/**
 * In this order: the exact id; the name of a session that lives; the name of one that ended (the
 * newest, if all are on one host); the beginning of an id; a host, meaning its default session; the
 * name of another tool's session, one that lives first.
 * Throws SESSION_NOT_FOUND or NAME_AMBIGUOUS.
 */
export function resolveSession(word: string, answers: readonly Answer<Holding>[]): Place {
  const target = parseTarget(word);
  const places = placesOf(answers);
  const wanted = target.session;
  const candidates = target.host === null ? places : places.filter(({ host }) => host.name === target.host);
  const found = find(wanted, candidates, word);
  if (found) return found;
  const namesHost = target.host === null && answers.some(({ host }) => host.name === word);
  const byHost = namesHost
    ? find(
        DEFAULT_SESSION,
        places.filter(({ host }) => host.name === word),
        word,
      )
    : null;
  if (byHost) return byHost;
  const others = candidates.filter(({ external }) => external?.name === wanted);
  const living = others.filter(({ external }) => external?.live);
  if (others[0]) return only(living[0] ? living : others, word);
  throw notFound(word, answers);
}

function find(wanted: string, places: readonly Place[], word: string): Place | null {
  if (wanted === '') return null;
  const exact = places.filter(({ session }) => session.id === wanted);
  if (exact[0]) return only(exact, word);
  const ours = places.filter(({ external }) => external === undefined);
  const named = ours.filter(({ session }) => session.name === wanted);
  const living = named.filter(({ session }) => !isFinal(session.state));
  if (living[0]) return only(living, word);
  if (named[0]) {
    const oneHost = named.every(({ host }) => host.name === named[0]?.host.name);
    return oneHost ? newest(named) : only(named, word);
  }
  const begun = ours.filter(({ session }) => session.id.startsWith(wanted));
  return begun[0] ? only(begun, word) : null;
}

function newest(places: readonly Place[]): Place | null {
  return [...places].sort((a, b) => b.session.createdAt - a.session.createdAt)[0] ?? null;
}

function only(places: readonly Place[], word: string): Place {
  const [first, second] = places;
  if (first && !second) return first;
  const names = places.map(({ host, session }) => oneLine(`${host.name}:${session.id}`));
  const shown = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  throw new BerthError('NAME_AMBIGUOUS', `cannot tell which session ${word} means: ${shown.join(', ')}`, {
    values: { session: word, candidates: names.join(' ') },
  });
}

/** Says which hosts could not be asked: what is there may be what was meant. */
function notFound(word: string, answers: readonly Answer<Holding>[]): BerthError {
  const silent = answers.filter((answer) => !answer.ok);
  const [first] = silent;
  if (first && silent.length === answers.length && silent.length === 1) return first.error;
  const values = { session: word };
  if (!first)
    return new BerthError('SESSION_NOT_FOUND', `cannot find session ${word}: no host has it`, { values });
  const names = silent.map(({ host }) => host.name).join(', ');
  return new BerthError(
    silent.length === answers.length ? 'HOST_UNREACHABLE' : 'SESSION_NOT_FOUND',
    `cannot find session ${word}: no host that answered has it, and these could not be asked: ${names}`,
    { values, hint: `try again when they answer: berth host list` },
  );
}
