/** Commands of commands, `berth host VERB`: which verb is meant, and whether its flags are its own. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { nearest } from '../fleet/nearest.ts';
import type { Flags } from './command.ts';

export interface VerbsOf<V> {
  /** After `berth`. */
  readonly command: string;
  readonly verbs: Readonly<Record<string, V>>;
  /** Other words for verbs. */
  readonly alias: Readonly<Record<string, string>>;
  /** Those of the command, of all its verbs; what else is given is for every command. */
  readonly flags: Flags;
}

/** `word`: absent means `list`. Throws USAGE with the nearest verb, or with a flag that means nothing to this one. */
export function verbOf<V extends { readonly flags: readonly string[] }>(
  word: string | undefined,
  given: Readonly<Record<string, unknown>>,
  { command, verbs, alias, flags }: VerbsOf<V>,
): { readonly name: string; readonly verb: V } {
  const asked = word ?? 'list';
  const name = (Object.hasOwn(alias, asked) ? alias[asked] : undefined) ?? asked;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) {
    const close = nearest(name, Object.keys(verbs));
    throw new BerthError('USAGE', `berth ${command} has no command ${name}`, {
      hint: close ? `did you mean ${close}?` : `see berth ${command} --help`,
    });
  }
  const odd = Object.entries(given).find(
    ([flag, value]) => Object.hasOwn(flags, flag) && isGiven(value) && !verb.flags.includes(flag),
  );
  if (odd) throw new BerthError('USAGE', `berth ${command} ${name} has no flag --${odd[0]}`);
  return { name, verb };
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
