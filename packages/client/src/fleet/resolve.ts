/** Which session a word means, given what the hosts answered. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { type ExternalSnapshot, externalAsSession } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import { parseTarget } from './target-word.ts';

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

/**
 * In this order: the exact id; the name of a session that lives; the name of one that ended (the
 * newest, if all are on one host); the beginning of one id; a host, meaning its default session; the
 * name of another tool's session, one that lives first. `answers`: of all hosts that may have it.
 * Throws NAME_INVALID, SESSION_NOT_FOUND, NAME_AMBIGUOUS, or HOST_UNREACHABLE where a host that may
 * have it was not heard.
 */
export function resolveSession(word: string, answers: readonly Answer<Holding>[]): Place {
  const target = parseTarget(word);
  const places = placesOf(answers);
  const on = (name: string) => places.filter(({ host }) => host.name === name);
  const candidates = target.host === null ? places : on(target.host);
  const wanted = target.session || DEFAULT_SESSION;
  const found = ofOurs(wanted, candidates, word);
  if (found) return found;
  const isHost = target.host === null && answers.some(({ host }) => host.name === word);
  const byHost = isHost ? ofOurs(DEFAULT_SESSION, on(word), word) : null;
  if (byHost) return byHost;
  const begun = beginningWith(wanted, candidates);
  // A host's name is exact: that ids begin with it, too, makes nothing ambiguous.
  if (begun[0] && !isHost) return only(begun, word);
  const others = candidates.filter(({ external }) => external?.name === wanted);
  const living = others.filter(({ external }) => external?.live);
  if (others[0]) return only(living[0] ? living : others, word);
  throw notFound(word, answers, isHost);
}

/** An exact id or a name, or the beginning of one id. */
function ofOurs(wanted: string, places: readonly Place[], word: string): Place | null {
  const exact = places.filter(({ session }) => session.id === wanted);
  if (exact[0]) return only(exact, word);
  const named = places.filter(({ session, external }) => !external && session.name === wanted);
  const living = named.filter(({ session }) => !isFinal(session.state));
  if (living[0]) return only(living, word);
  if (named[0]) {
    const oneHost = named.every(({ host }) => host.name === named[0]?.host.name);
    return oneHost ? newest(named) : only(named, word);
  }
  const [begun, another] = beginningWith(wanted, places);
  return begun && !another ? begun : null;
}

function beginningWith(wanted: string, places: readonly Place[]): Place[] {
  return places.filter(({ session, external }) => !external && session.id.startsWith(wanted));
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
    values: { session: word, candidates: names.join('\n') },
  });
}

/** A host that was not heard may have it: then nothing is known, and that is another error. */
function notFound(word: string, answers: readonly Answer<Holding>[], isHost: boolean): BerthError {
  const { host } = parseTarget(word);
  const asked = host === null ? answers : answers.filter((answer) => answer.host.name === host);
  const silent = asked.filter((answer) => !answer.ok);
  const [first] = silent;
  if (first && asked.length === 1) return first.error;
  const values = { session: word };
  if (first) {
    const names = silent.map((answer) => answer.host.name).join(', ');
    const where = silent.length === asked.length ? 'no host answered' : 'no host that answered has it';
    return new BerthError(
      'HOST_UNREACHABLE',
      `cannot find session ${word}: ${where}, and these could not be asked: ${names}`,
      { values: { ...values, host: first.host.name }, hint: 'try again when they answer: berth host list' },
    );
  }
  const named = isHost ? word : host !== null && word === `${host}:` ? host : null;
  if (named !== null) {
    // A word that ends with a colon, and the colon after it, would look like one.
    const message = `cannot find session ${word.replace(/:$/, '')}: host ${named} has no session named ${DEFAULT_SESSION}`;
    const hint = `its name alone means that one; berth connect ${named} makes it`;
    return new BerthError('SESSION_NOT_FOUND', message, { values: { ...values, host: named }, hint });
  }
  const who = host === null ? 'no host has it' : `host ${host} does not have it`;
  return new BerthError('SESSION_NOT_FOUND', `cannot find session ${word}: ${who}`, { values });
}
