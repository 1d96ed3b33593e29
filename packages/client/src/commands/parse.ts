/** argv -> flags and words, by the flags of the one chosen command. Throws USAGE with the nearest flag. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { Parser } from 'yargs/helpers';
import { nearest } from '../fleet/nearest.ts';
import type { Arguments, Flags } from './command.ts';

const CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'flatten-duplicate-arrays': true,
  'greedy-arrays': false,
  'nargs-eats-options': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'populate--': true,
  'strip-aliased': true,
} as const;

export function parseArguments(argv: readonly string[], flags: Flags, command: string): Arguments<Flags> {
  const names = Object.keys(flags);
  const ofType = (type: string) => names.filter((name) => flags[name]?.type === type);
  const valued = [...ofType('string'), ...ofType('list')];
  const alias = Object.fromEntries(names.flatMap((name) => shortOf(name, flags)));
  const parsed = Parser.detailed(joinNegatives(withUsual(argv, flags), valued, flags), {
    alias,
    array: ofType('list'),
    boolean: ofType('boolean'),
    string: [...valued, '_'],
    configuration: CONFIGURATION,
  });
  const { _: words, '--': rest, ...given } = parsed.argv as Record<string, unknown>;
  const hint = `see berth ${command} --help`;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(flags, name));
  if (unknown !== undefined) {
    const dashes = unknown.length === 1 ? '-' : '--';
    const close = nearest(unknown, names);
    const message = `berth ${command} has no flag ${dashes}${unknown}`;
    throw new BerthError('USAGE', message, { hint: close ? `did you mean --${close}? ${hint}` : hint });
  }
  const values = Object.fromEntries(names.map((name) => [name, flagValue(name, given[name], flags, hint)]));
  return {
    flags: values as Arguments<Flags>['flags'],
    words: ((words as unknown[]) ?? []).map(String),
    rest: argv.includes('--') ? ((rest as unknown[]) ?? []).map(String) : null,
  };
}

/**
 * `--again --queue` -> `--again=last --queue=true`: a value that may be left out is put there, and a
 * prompt that is the word `true` is not taken for the value of the flag before it.
 */
function withUsual(argv: readonly string[], flags: Flags): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.map((word, i) => {
    const [name, spec] =
      Object.entries(flags).find(([long, { short }]) => word === `--${long}` || word === `-${short}`) ?? [];
    if (i >= end || !spec) return word;
    if (spec.type === 'boolean') return `--${name}=true`;
    const follows = argv[i + 1];
    const isAlone = follows === undefined || follows.startsWith('-');
    return spec.usual !== undefined && isAlone ? `--${name}=${spec.usual}` : word;
  });
}

/** `--memory -5G` -> `--memory=-5G`: a number below zero is a bad value, and not a flag nobody knows. */
function joinNegatives(argv: readonly string[], valued: readonly string[], flags: Flags): string[] {
  const takers = new Set(valued.flatMap((name) => [`--${name}`, `-${flags[name]?.short ?? ''}`]));
  const joined: string[] = [];
  for (const word of argv) {
    const before = joined.at(-1) ?? '';
    if (/^-\d/.test(word) && takers.has(before) && !joined.includes('--'))
      joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined;
}

function shortOf(name: string, flags: Flags): [string, string[]][] {
  const short = flags[name]?.short;
  return short ? [[name, [short]]] : [];
}

function flagValue(name: string, given: unknown, flags: Flags, hint: string): unknown {
  const spec = flags[name];
  if (spec?.type === 'boolean') {
    const last = Array.isArray(given) ? given.at(-1) : given;
    return last === true;
  }
  const values = given === undefined ? [] : (Array.isArray(given) ? given : [given]).map(String);
  const bare = given !== undefined && (values.length === 0 || values.some((value) => value === ''));
  if (bare) throw new BerthError('USAGE', `--${name} needs a value`, { hint });
  const bad = spec?.choices && values.find((value) => !spec.choices?.includes(value));
  if (bad) {
    const close = nearest(bad, spec.choices ?? []);
    const choices = `--${name} is one of ${spec.choices?.join(', ')}`;
    throw new BerthError('USAGE', `--${name} cannot be ${bad}: ${choices}`, {
      hint: close ? `did you mean ${close}?` : hint,
    });
  }
  return spec?.type === 'list' ? values : values.at(-1);
}
