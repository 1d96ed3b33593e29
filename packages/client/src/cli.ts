/** argv -> exit code: finds the command, loads only that, runs it, prints what went wrong. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { CATALOG, findEntry } from './commands/catalog.ts';
import { GLOBAL_FLAGS } from './commands/command.ts';
import { nearest } from './fleet/nearest.ts';
import { createConsole } from './render/console.ts';
import { asBerthError, renderError } from './render/errors.ts';

export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const { stdout, stderr } = process;
  const looks = { json: own.includes('--json'), noColor: own.includes('--no-color') };
  const console = createConsole({ stdin: () => process.stdin, stdout, stderr, env, ...looks });
  try {
    const at = commandAt(own);
    const word = own[at];
    if (word === undefined || word === 'help') {
      const { overview } = await import('./commands/help.ts');
      if (own.includes('--version'))
        console.out(`berth ${(await import('@berth/shared/domain/version')).VERSION}\n`);
      else console.out(overview());
      return word === undefined && own.length === 0 ? 2 : 0;
    }
    const entry = findEntry(word);
    if (!entry) throw unknownCommand(word);
    const [command, { parseArguments }] = await Promise.all([entry.load(), import('./commands/parse.ts')]);
    if (own.includes('--help') || own.includes('-h')) {
      const { commandHelp } = await import('./commands/help.ts');
      console.out(commandHelp(entry.name, command));
      return 0;
    }
    const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
    const args = parseArguments(rest, { ...command.flags, ...GLOBAL_FLAGS }, entry.name);
    const { openContext } = await import('./open-context.ts');
    const file = (args.flags as { config?: string }).config;
    await using context = await openContext({
      console,
      env,
      ...(file === undefined ? {} : { config: file }),
    });
    return await command.run(args, context);
  } catch (error) {
    console.err(renderError(error, console));
    if (env.BERTH_DEBUG && error instanceof Error) console.err(`${error.stack}\n`);
    return asBerthError(error).exitCode;
  }
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
  return new BerthError('USAGE', `berth has no command ${word}`, {
    hint: close ? `did you mean berth ${close}?` : 'see berth --help',
  });
}
