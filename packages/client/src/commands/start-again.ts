/** `berth start --again`: the words of a start that was noted, in the place of those that were given. */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import { paths } from '../config/paths.ts';
import { findStart, NEWEST, type StartArguments, stillMissing, withGiven } from '../history/again.ts';
import { decodeHistory, type NumberedStart } from '../history/entry.ts';
import { historyFile, readHistory } from '../history/file.ts';
import { keptWords } from '../history/kept-words.ts';
import { shellLine, startWords } from '../history/words.ts';
import type { Console } from '../render/console.ts';
import { fitText } from '../render/width.ts';
import { GLOBAL_FLAGS } from './command.ts';
import { parseArguments } from './parse.ts';
import { START_FLAGS } from './start-flags.ts';
import { isUrl } from './start-source.ts';

/** Goes to the directory that it was run in. Throws START_NOT_FOUND, SOURCE_INVALID and USAGE. */
export async function startedAgain(
  args: StartArguments,
  about: { readonly env: NodeJS.ProcessEnv; readonly console: Console },
): Promise<StartArguments> {
  const { env, console } = about;
  const found = noted(String(args.flags.again), historyFile(paths(env).stateDir));
  const here = process.cwd();
  const given = { ...args, flags: { ...anchored(args.flags, here), again: undefined } };
  const missing = stillMissing(found.withheld, given);
  if (missing.length > 0) {
    const what = missing.map(oneLine).join(', ');
    throw new BerthError(
      'USAGE',
      `cannot start ${found.number} again: ${what} may be secret, and was not kept`,
      {
        hint: `give it anew: berth start --again ${found.number} ${missing.map(asGiven).join(' ')}`,
      },
    );
  }
  const { flags } = parseArguments(found.flags, { ...START_FLAGS, ...GLOBAL_FLAGS }, 'start');
  const meant = withGiven({ flags, words: found.prompts, rest: found.command }, given);
  enter(found, env);
  if (!console.json) console.err(`${told(found, meant, about)}\n`);
  return meant;
}

function noted(word: string, file: string): NumberedStart {
  let starts: NumberedStart[];
  try {
    starts = decodeHistory(readHistory(file));
  } catch (error) {
    throw new BerthError('CONFIG_INVALID', `cannot read the history: ${oneLine(messageOf(error))}`);
  }
  const found = findStart(starts, word);
  if (found) return found;
  const none = 'cannot start again: the history is empty';
  const which = word === NEWEST || starts.length === 0 ? none : `no start ${oneLine(word)} in the history`;
  throw new BerthError('START_NOT_FOUND', which);
}

/** Files that are named now are those of the directory one is in now. */
function anchored(flags: StartArguments['flags'], here: string): StartArguments['flags'] {
  const { config, repo } = flags;
  const files = [flags['env-file'] ?? []].flat().map((file) => path.resolve(here, String(file)));
  return {
    ...flags,
    'env-file': files,
    ...(typeof config === 'string' ? { config: path.resolve(here, config) } : {}),
    ...(typeof repo === 'string' && !isUrl(repo) ? { repo: path.resolve(here, repo) } : {}),
  };
}

function enter({ number, directory }: NumberedStart, env: NodeJS.ProcessEnv): void {
  if (directory === '') return;
  const where = oneLine(shortened(directory, env));
  try {
    if (!statSync(directory).isDirectory()) throw new Error('it is no directory any more');
    process.chdir(directory);
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = gone ? 'there is no such directory any more' : oneLine(messageOf(error));
    throw new BerthError('SOURCE_INVALID', `cannot start ${number} again in ${where}: ${why}`, {
      hint: `to start it elsewhere, type it there as it is shown by berth history`,
    });
  }
}

/** What is run now, as it will be noted itself. */
function told(
  { number, directory, at }: NumberedStart,
  { flags, words, rest }: StartArguments,
  { console, env }: { console: Pick<Console, 'columns'>; env: NodeJS.ProcessEnv },
): string {
  const now = Date.now();
  const line = shellLine(['berth', ...startWords(keptWords({ flags, prompts: words, command: rest }, now))]);
  const where = directory === '' ? '' : ` in ${oneLine(shortened(directory, env))}`;
  const head = `berth: again what was started ${formatAge(now - at)} ago (${number})${where}:`;
  return `${head}\n  ${console.columns === null ? line : fitText(line, console.columns - 2)}`;
}

function shortened(directory: string, env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homedir();
  return directory === home || directory.startsWith(`${home}/`)
    ? `~${directory.slice(home.length)}`
    : directory;
}

/** `--env NAME` -> `--env NAME=VALUE`; `ARGV` -> `-- ARGV…`. */
function asGiven(what: string): string {
  if (what === 'ARGV') return '-- ARGV…';
  return what.startsWith('--env ')
    ? `${oneLine(what)}=VALUE`
    : what.startsWith('--')
      ? `${what} VALUE`
      : `'${what}'`;
}
