/** argv -> exit code: finds the command, loads only that, runs it, prints what went wrong. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { CATALOG, findEntry } from './commands/catalog.ts';
import { type AnyCommand, type Arguments, type Flags, GLOBAL_FLAGS } from './commands/command.ts';
import { splitPassed } from './commands/passed-words.ts';
import { nearest } from './fleet/nearest.ts';
import { type Console, createConsole } from './render/console.ts';
import { asBerthError, renderError, withCommand } from './render/errors.ts';

export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  let console = openConsole(own, env);
  let name: string | undefined;
  try {
    const at = commandAt(own);
    const word = own[at];
    if (word === undefined) return await withoutCommand(own, console);
    if (word === 'help') return await help(own[at + 1], console);
    const entry = findEntry(word);
    if (!entry) throw unknownCommand(word);
    name = entry.name;
    const [command, { parseArguments }] = await Promise.all([entry.load(), import('./commands/parse.ts')]);
    const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
    const flags = { ...command.flags, ...GLOBAL_FLAGS };
    const given = command.passes ? splitPassed(rest, flags) : { own, passed: null, delimited: false };
    console = openConsole(given.own, env);
    if (given.own.includes('--help') || given.own.includes('-h')) {
      const { commandHelp } = await import('./commands/help.ts');
      console.out(commandHelp(entry.name, command));
      return 0;
    }
    const parsed = parseArguments(given.passed ? given.own : rest, flags, name);
    const { passed, delimited } = given;
    const typed = checkedWords(passed ? { ...parsed, rest: passed, delimited } : parsed, command, name);
    const args = command.meant ? await command.meant(typed, { env, console }) : typed;
    const { openContext } = await import('./open-context.ts');
    const file = (args.flags as { config?: string }).config;
    await using context = await openContext({
      console,
      env,
      ...(file === undefined ? {} : { config: file }),
    });
    return await command.run(args, context);
  } catch (error) {
    console.err(renderError(name === undefined ? error : withCommand(error, name), console));
    if (env.BERTH_DEBUG && error instanceof Error) console.err(`${error.stack}\n`);
    return asBerthError(error).exitCode;
  }
}

function openConsole(flags: readonly string[], env: NodeJS.ProcessEnv): Console {
  const { stdout, stderr } = process;
  const looks = { json: flags.includes('--json'), noColor: flags.includes('--no-color') };
  return createConsole({ stdin: () => process.stdin, stdout, stderr, env, ...looks });
}

async function withoutCommand(flags: readonly string[], console: Console): Promise<number> {
  if (flags.includes('--version')) {
    console.out(`berth ${(await import('@berth/shared/domain/version')).VERSION}\n`);
    return 0;
  }
  const asked = flags.includes('--help') || flags.includes('-h');
  const unknown = flags.find((flag) => !['--json', '--no-color'].includes(flag));
  if (!asked && unknown !== undefined) throw new BerthError('USAGE', `there is no flag ${unknown}`);
  await help(undefined, console);
  return asked ? 0 : 2;
}

/** Of one command, or of all. */
async function help(word: string | undefined, console: Console): Promise<number> {
  const { commandHelp, overview } = await import('./commands/help.ts');
  if (word === undefined) {
    console.out(overview());
    return 0;
  }
  const entry = findEntry(word);
  if (!entry) throw unknownCommand(word);
  console.out(commandHelp(entry.name, await entry.load()));
  return 0;
}

/** What stands after `--` counts as words, unless the command makes something else of it. */
function checkedWords(
  args: Arguments<Flags>,
  { most, rest, passes }: AnyCommand,
  name: string,
): Arguments<Flags> {
  const words = rest || passes ? args.words : [...args.words, ...(args.rest ?? [])];
  const extra = most === undefined ? undefined : words[most];
  if (extra !== undefined) {
    const takes = most === 0 ? 'no words' : most === 1 ? 'one word' : `${most} words`;
    throw new BerthError('USAGE', `berth ${name} takes ${takes}, and ${extra} is one more`);
  }
  return { ...args, words };
}

/** The first word that is no flag, nor the value of --config. */
function commandAt(argv: readonly string[]): number {
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--config') i++;
    else if (!argv[i]?.startsWith('-')) return i;
  }
  return argv.length;
}

function unknownCommand(word: string): BerthError {
  const close = nearest(
    word,
    CATALOG.flatMap(({ name, alias }) => (alias ? [name, alias] : [name])),
  );
  return new BerthError('USAGE', `there is no command ${word}`, {
    hint: close ? `did you mean berth ${close}?` : 'see berth --help',
  });
}
