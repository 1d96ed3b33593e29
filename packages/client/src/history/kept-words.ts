/** What of a start's command line may be kept: all but what is secret. Pure. */
import { secretsIn } from '../workspace/secret-rules.ts';
import type { StartEntry } from './entry.ts';
import { flagWords } from './words.ts';

export type FlagValuesByName = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

export interface GivenStart {
  readonly flags: FlagValuesByName;
  readonly prompts: readonly string[];
  /** What stood after `--`; null if there was none. */
  readonly command: readonly string[] | null;
}

/** Of this one time, or of how it is printed. */
const NOT_KEPT = new Set(['again', 'request-id', 'dry-run', 'json', 'no-color', 'help']);
/** In the place of a text that has a secret. */
export const WITHHELD = '…';
/** `DB_PASSWORD=x`, `--api-key=x`: in a command, where prose has none. */
const NAMED_SECRET =
  /(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|credentials?)[\w-]*=./i;

/** `now` in ms since the epoch. */
export function keptWords(
  { flags, prompts, command }: GivenStart,
  now: number,
): Pick<StartEntry, 'flags' | 'prompts' | 'command' | 'withheld'> {
  const withheld: string[] = [];
  const known = (text: string) => secretsIn(text, now).length > 0;
  const inCommand = (text: string) => known(text) || NAMED_SECRET.test(text);
  /** One for one: how many there were is still seen. */
  const keep = (texts: readonly string[], what: string, isSecret: (text: string) => boolean) => {
    if (!texts.some(isSecret)) return texts;
    withheld.push(what);
    return texts.map((text) => (isSecret(text) ? WITHHELD : text));
  };
  const values = Object.entries(flags).flatMap(([name, value]) => {
    if (NOT_KEPT.has(name) || value === undefined) return [];
    if (name === 'env') return [[name, variables(value as readonly string[], withheld)] as const];
    const texts = typeof value === 'boolean' ? [] : [value].flat();
    if (!texts.some(name === 'command' ? inCommand : known)) return [[name, value] as const];
    withheld.push(`--${name}`);
    return [];
  });
  return {
    flags: flagWords(Object.fromEntries(values)),
    prompts: keep(prompts, 'PROMPT', known),
    command: command && keep(command, 'ARGV', inCommand),
    withheld,
  };
}

/** A value that was typed is not kept, whatever it is. */
function variables(given: readonly string[], withheld: string[]): string[] {
  return given.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 0) return text;
    const name = text.slice(0, equals).trim();
    withheld.push(`--env ${name}`);
    return name;
  });
}
