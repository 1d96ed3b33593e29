/** Which start is meant, and what it is with other flags. Pure. */
import type { NumberedStart } from './entry.ts';
import type { FlagValuesByName } from './kept-words.ts';

/** The newest start, as a word. */
export const NEWEST = 'last';

export interface StartArguments {
  readonly flags: FlagValuesByName;
  readonly words: readonly string[];
  readonly rest: readonly string[] | null;
}

/** `word`: a number, a session as `[HOST:]NAME`, its id or the beginning of it, or `last`. */
export function findStart(starts: readonly NumberedStart[], word: string): NumberedStart | undefined {
  if (word === NEWEST) return starts.at(-1);
  if (/^\d+$/.test(word)) return starts.find(({ number }) => number === Number(word));
  const colon = word.indexOf(':');
  const [host, session] = colon < 0 ? [null, word] : [word.slice(0, colon), word.slice(colon + 1)];
  if (session === '') return undefined;
  const led = (fits: (one: NumberedStart['sessions'][number]) => boolean) =>
    starts.findLast(({ sessions }) =>
      sessions.some((one) => (host === null || one.host === host) && fits(one)),
    );
  return (
    led(({ id, name }) => id === session || name === session) ??
    (session.length > 'sess-'.length ? led(({ id }) => id.startsWith(session)) : undefined)
  );
}

/** What was given before gives way to a flag that it cannot stand beside. */
const INSTEAD_OF: Readonly<Record<string, readonly string[]>> = {
  preset: ['command'],
  command: ['preset'],
  'vm-size': ['size'],
  size: ['vm-size'],
  queue: ['no-queue', 'all-or-nothing'],
  'no-queue': ['queue'],
  'all-or-nothing': ['queue'],
  directory: ['repo', 'no-repo', 'branch', 'clean', 'depth', 'allow-secrets'],
  'no-repo': ['repo', 'directory', 'branch', 'clean', 'depth', 'allow-secrets'],
  repo: ['directory', 'no-repo', 'depth'],
  branch: ['directory', 'no-repo'],
  clean: ['directory', 'no-repo'],
  depth: ['directory', 'no-repo', 'clean', 'allow-secrets'],
  'allow-secrets': ['directory', 'no-repo'],
  attach: ['follow', 'wait'],
  follow: ['attach'],
  wait: ['attach'],
  json: ['attach', 'follow'],
};
/** How a prompt is run: a command after `--` does without. */
const OF_PROMPTS = ['preset', 'command', 'max-turns', 'headless', 'skip-permissions'];
/** `KEY=VALUE`: one key at a time. */
const KEYED = new Set(['env', 'tag', 'label']);

/** The old ones, the given before them; prompts or a command that are given are all the work there is. */
export function withGiven(old: StartArguments, given: StartArguments): StartArguments {
  const isGiven = (name: string) => {
    const value = given.flags[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  const names = Object.keys(given.flags);
  const dropped = new Set(names.filter(isGiven).flatMap((name) => INSTEAD_OF[name] ?? []));
  for (const name of given.rest === null ? [] : OF_PROMPTS) dropped.add(name);
  const flags = names.map((name) => {
    if (isGiven(name) && KEYED.has(name)) return [name, byKey(old.flags[name], given.flags[name])];
    return [name, (isGiven(name) || dropped.has(name) ? given : old).flags[name]];
  });
  const work = given.words.length > 0 || given.rest !== null ? given : old;
  return { flags: Object.fromEntries(flags), words: work.words, rest: work.rest };
}

/** Of what was withheld, what is not given now. */
export function stillMissing(withheld: readonly string[], given: StartArguments): string[] {
  const names = new Set([given.flags.env ?? []].flat().map((text) => keyOf(String(text))));
  return withheld.filter((what) => {
    if (what === 'PROMPT' || what === 'ARGV') return given.words.length === 0 && given.rest === null;
    const [flag = '', name] = what.replace(/^--/, '').split(' ');
    if (name !== undefined) return !names.has(name);
    if (OF_PROMPTS.includes(flag) && given.rest !== null) return false;
    return [given.flags[flag] ?? []].flat().length === 0;
  });
}

type Value = FlagValuesByName[string];

function byKey(old: Value, given: Value): string[] {
  const over = (given as readonly string[]).map(keyOf);
  const kept = ((old ?? []) as readonly string[]).filter((text) => !over.includes(keyOf(text)));
  return [...kept, ...(given as readonly string[])];
}

function keyOf(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(0, equals);
}
