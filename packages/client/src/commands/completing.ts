/** Which words may come next on a command line, by what is known of the fleet. Pure. */
import { EVENT_KINDS } from '@berth/shared/domain/event';
import { SESSION_STATUSES } from '@berth/shared/domain/session-state';
import type { Entry } from './catalog.ts';
import { type AnyCommand, type Flags, GLOBAL_FLAGS } from './command.ts';

export interface KnownSession {
  readonly host: string;
  readonly id: string;
  readonly name: string;
  /** It had not ended when it was last heard of. */
  readonly lives: boolean;
}

/** What was last heard. Names come from hosts: they may be anything. */
export interface KnownFleet {
  readonly hosts: readonly string[];
  readonly sessions: readonly KnownSession[];
  readonly presets: readonly string[];
  readonly tagKeys: readonly string[];
  /** Numbers of starts that were noted, and the sessions they led to; the newest first. */
  readonly starts: readonly { readonly number: number; readonly sessions: readonly string[] }[];
}

export interface Typed {
  /** After the command's own name. */
  readonly before: readonly string[];
  /** What is there of the word to be completed. */
  readonly current: string;
}

/** What a shell takes as it is. Anything else of a host's is not put onto the user's command line. */
const PLAIN = /^[\p{L}\p{N}._@%+,:-]+$/u;

/** Of flags that take several words at once. */
const WORDS: Readonly<Record<string, readonly string[]>> = { status: SESSION_STATUSES, only: EVENT_KINDS };

/** Commands that mean nothing to a session that has ended. */
const FOR_THE_LIVING = new Set([
  ...['attach', 'connect', 'send', 'kill', 'snooze', 'tag', 'session'],
  ...['exec', 'suspend', 'resume', 'disconnect'],
]);

/** Commands of which only the first word is a session. */
const ONE_SESSION = new Set(['send', 'exec']);

/** Of a long history, while nothing is typed that chooses among it. */
const STARTS_OFFERED = 20;

export function nextWords(
  { name, completes }: Pick<Entry, 'name' | 'completes'>,
  command: Pick<AnyCommand, 'flags' | 'verbs' | 'most'>,
  { before, current }: Typed,
  fleet: KnownFleet,
): string[] {
  // After -- comes another program's command line.
  if (before.includes('--')) return [];
  const flags: Flags = { ...command.flags, ...GLOBAL_FLAGS };
  const fitting = (words: readonly string[]) =>
    [...new Set(words)].filter((word) => PLAIN.test(word) && word.startsWith(current));
  const valued = valueAfter(before.at(-1) ?? '', flags);
  // A value that may be left out is no flag's.
  const other = current.startsWith('-') && flags[valued ?? '']?.usual !== undefined;
  if (valued !== null && !other) return fitting(valuesOf(valued, flags, { name, current }, fleet));
  // A value may follow as --flag=VALUE.
  const [flag, value] = current.split(/=(.*)/s);
  if (flag?.startsWith('--') && value !== undefined) {
    const own = valueAfter(flag, flags);
    const values = own === null ? [] : valuesOf(own, flags, { name, current: value }, fleet);
    return values
      .filter((word) => PLAIN.test(word) && word.startsWith(value))
      .map((word) => `${flag}=${word}`);
  }
  if (current.startsWith('-')) return fitting(Object.keys(flags).map((word) => `--${word}`));
  const words = wordsOf(before, flags);
  const full = command.most !== undefined && words.length >= command.most;
  if (full || (ONE_SESSION.has(name) && words.length > 0)) return [];
  if (command.verbs && words.length === 0) return fitting(command.verbs);
  if (completes === 'host') return fitting(fleet.hosts);
  if (completes !== 'session' || (name === 'session' && words.length > 0)) return [];
  const tags = name === 'tag' && words.length > 0 ? fleet.tagKeys.map((key) => `${key}=`) : [];
  const sessions = fitting(sessionWords(name, current, fleet));
  return [...sessions, ...tags.filter((word) => PLAIN.test(word.slice(0, -1)) && word.startsWith(current))];
}

/** Names first: ids are offered where there is no name, or the word begins like an id. */
function sessionWords(command: string, current: string, { hosts, sessions }: KnownFleet): string[] {
  const fitting = sessions.filter(({ lives }) => lives || !FOR_THE_LIVING.has(command));
  const colon = current.indexOf(':');
  const begun = current.slice(colon + 1);
  const wantsIds = begun !== '' && 'sess-'.startsWith(begun.slice(0, 5));
  const labels = ({ id, name }: KnownSession) => [
    ...(isWord(name) ? [name] : []),
    ...(wantsIds || !isWord(name) ? [id] : []),
  ];
  if (colon >= 0) {
    const host = current.slice(0, colon);
    const there = fitting.filter((session) => session.host === host);
    return there.flatMap(labels).map((word) => `${host}:${word}`);
  }
  /** The name alone says which one is meant. */
  const isClear = ({ name }: KnownSession) => {
    const named = fitting.filter((session) => session.name === name);
    const living = named.filter(({ lives }) => lives).length;
    return living === 1 || (living === 0 && new Set(named.map(({ host }) => host)).size === 1);
  };
  const bare = fitting.flatMap((session) =>
    labels(session).map((word) =>
      word === session.id || isClear(session) ? word : `${session.host}:${word}`,
    ),
  );
  const onHosts = current === '' ? [] : hosts.map((host) => `${host}:`);
  return [...bare, ...(command === 'connect' ? hosts : onHosts)];
}

/** Numbers; sessions where one is begun. */
function startWords(current: string, { starts }: KnownFleet): string[] {
  if (/^\d*$/.test(current)) return starts.slice(0, STARTS_OFFERED).map(({ number }) => String(number));
  return starts.flatMap(({ sessions }) => sessions);
}

function isWord(name: string): boolean {
  return PLAIN.test(name) && !name.includes(':');
}

function valuesOf(
  flag: string,
  flags: Flags,
  { name, current }: { name: string; current: string },
  fleet: KnownFleet,
): readonly string[] {
  if (flag === 'host') return fleet.hosts;
  if (flag === 'session') return sessionWords(name, current, fleet);
  if (flag === 'preset') return fleet.presets;
  if (flag === 'tag') return fleet.tagKeys;
  if (flag === 'again') return startWords(current, fleet);
  return WORDS[flag] ?? flags[flag]?.choices ?? [];
}

/** The flag whose value comes next; null if the word is none that takes one. */
function valueAfter(word: string, flags: Flags): string | null {
  const found = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || (short && word === `-${short}`),
  );
  return found && found[1].type !== 'boolean' ? found[0] : null;
}

/** The words that are no flags, nor their values. */
function wordsOf(before: readonly string[], flags: Flags): string[] {
  return before.filter(
    (word, i) => !word.startsWith('-') && (i === 0 || valueAfter(before[i - 1] ?? '', flags) === null),
  );
}
