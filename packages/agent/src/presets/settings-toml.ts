/**
 * `notify = ["sh", …]` in a TOML file. Where the user has a notify program already, ours is put before
 * it and calls it with the same payload: the tool knows only one.
 */
import { parse, TomlError } from 'smol-toml';
import { HOOK_MARK, type HookWiring, SettingsFault, type SettingsFormat } from './settings-format.ts';

/** Gets our script, then the user's own argv; the tool adds the payload as the last. */
const CHAIN =
  'hook=$1; tool=$2; shift 2; for payload; do :; done; sh "$hook" "$tool" installed "$payload"; exec "$@"';

export const settingsToml: SettingsFormat = {
  wired(text, { events, argv }) {
    const notify = notifyOf(text);
    return notify !== null && isOurs(notify) && notify.includes(argv[1] ?? '') ? [...events] : [];
  },
  add(text, { argv }) {
    const notify = notifyOf(text);
    if (notify === null) return `notify = ${JSON.stringify(argv)}\n${text}`;
    const theirs = isOurs(notify) ? theirsIn(notify) : notify;
    const wanted = theirs.length > 0 ? chained(argv, theirs) : argv;
    return same(wanted, notify) ? text : replaced(text, `notify = ${JSON.stringify(wanted)}`);
  },
  remove(text) {
    const notify = notifyOf(text);
    if (notify === null || !isOurs(notify)) return text;
    const theirs = theirsIn(notify);
    return replaced(text, theirs.length > 0 ? `notify = ${JSON.stringify(theirs)}` : null);
  },
};

/** Null: there is none. Throws SettingsFault. */
function notifyOf(text: string): string[] | null {
  let notify: unknown;
  try {
    ({ notify } = parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new SettingsFault(error.line, error.message.split('\n')[0] ?? 'malformed TOML');
  }
  if (notify === undefined) return null;
  if (Array.isArray(notify) && notify.every((word) => typeof word === 'string')) return notify as string[];
  throw new SettingsFault(1, 'notify must be a list of strings');
}

function isOurs(notify: readonly string[]): boolean {
  return notify.some((word) => word.endsWith(HOOK_MARK));
}

function chained(argv: HookWiring['argv'], theirs: readonly string[]): string[] {
  const [, script = '', tool = ''] = argv;
  return ['sh', '-c', CHAIN, 'berth-notify', script, tool, ...theirs];
}

function theirsIn(notify: readonly string[]): string[] {
  return notify[1] === '-c' ? notify.slice(6) : [];
}

/** The whole statement, over several lines where it has them, replaced by a line; null: taken out. */
function replaced(text: string, line: string | null): string {
  const lines = text.split('\n');
  const begin = lines.findIndex((one) => /^\s*(notify|"notify"|'notify')\s*=/.test(one));
  const found = begin >= 0 && endOf(lines, begin);
  if (!found) throw new SettingsFault(1, 'notify is written in a way that cannot be edited safely');
  lines.splice(begin, found.end - begin + 1, ...(line === null ? [] : [line + found.rest]));
  return lines.join('\n');
}

/** Where the statement is whole by itself, and the comment that follows it. */
function endOf(lines: readonly string[], begin: number): { end: number; rest: string } | null {
  for (let end = begin; end < lines.length; end++) {
    try {
      if (!Array.isArray(parse(lines.slice(begin, end + 1).join('\n')).notify)) return null;
      const rest = /\](\s*(?:#[^"']*)?)$/.exec(lines[end] ?? '')?.[1] ?? '';
      return { end, rest };
    } catch {
      // A list over several lines is not whole yet.
    }
  }
  return null;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
