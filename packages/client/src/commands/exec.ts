/** `berth exec`: run a command, or a script on standard input, beside a session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isSessionId } from '@berth/shared/domain/session-id';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { DEFAULT_SESSION, type Place } from '../fleet/resolve.ts';
import { execHere } from '../terminal/exec.ts';
import { defineCommand } from './command.ts';
import { gatherEnvironment } from './environment.ts';
import { theSession } from './target.ts';
import { span, wholeNumber } from './values.ts';

export const exec = defineCommand({
  usage: 'SESSION [CMD…] | --all|--host H|--tag K=V [--] CMD…',
  describe: 'Run CMD, or standard input as a script, in the workspace and environment of a session.',
  example: 'berth exec my-session git status --short',
  flags: {
    terminal: { type: 'boolean', short: 't', describe: 'give it a terminal: this one' },
    env: { type: 'list', short: 'e', value: 'NAME[=VALUE]', describe: 'a variable more' },
    directory: { type: 'string', value: 'DIR', describe: 'run it there (the workspace)' },
    all: { type: 'boolean', short: 'a', describe: 'in all sessions that run' },
    host: { type: 'list', value: 'H', describe: 'in all that run on this host' },
    tag: { type: 'list', value: 'K=V', describe: 'in all that run with this tag' },
    workers: { type: 'string', value: 'N', describe: 'in so many at once (16)' },
    timeout: { type: 'string', value: 'TIME', describe: 'end each after so long' },
  },
  passes: true,
  async run({ flags, words, rest, delimited }, context) {
    const { directory = '' } = flags;
    const env = await gatherEnvironment({ env: flags.env, files: [], local: context.env });
    const many = flags.all || flags.host.length > 0 || flags.tag.length > 0;
    const timeoutMs = flags.timeout === undefined ? null : span('--timeout', flags.timeout, { atLeast: 1 });
    const workers = wholeNumber('--workers', flags.workers ?? '16');
    if (workers === 0) throw new BerthError('USAGE', '--workers cannot be 0: nothing would run');
    if (!many && !delimited) refuseFlag(rest?.[0]);
    const passed = many ? [...words, ...(rest ?? [])] : (rest ?? []);
    const { console } = context;
    if (many || console.json || timeoutMs !== null) {
      if (flags.terminal) {
        const message = 'cannot use --terminal here: it is for one session, without --json or --timeout';
        throw new BerthError('USAGE', message);
      }
      const { execEach, runningSessions } = await import('./exec-each.ts');
      const chosen = many
        ? await runningSessions({ hosts: flags.host, tags: flags.tag }, context)
        : { places: [await placeOf(words, context)], code: 0 };
      return await execEach({ ...chosen, argv: passed, env, directory, workers, timeoutMs, many }, context);
    }
    if (flags.workers !== undefined) {
      throw new BerthError('USAGE', '--workers goes with --all, --host or --tag');
    }
    const onTerminal = () => console.stdin.isTTY === true && console.isTty;
    if (flags.terminal && !onTerminal()) {
      throw new BerthError('USAGE', 'cannot use --terminal here: standard input and output must be one');
    }
    const exact = await exactly(words, context);
    const place = exact ?? (await placeOf(words, context));
    return await execHere({
      client: await context.connect(place.host),
      console,
      session: place.session.id,
      argv: passed,
      env,
      directory,
      terminal: flags.terminal || (passed.length === 0 && onTerminal()),
      term: context.env.TERM ?? '',
    });
  },
});

/** `berth exec SESSION --json`: whoever writes so hardly means a program of that name. */
function refuseFlag(word = ''): void {
  if (!word.startsWith('-') || word === '-') return;
  throw new BerthError('USAGE', `cannot run ${oneLine(word)}: what follows SESSION is the command`, {
    hint: 'flags of berth exec stand before SESSION; -- before a command that begins with a dash',
  });
}

/** `HOST:ID` says all there is to know: the host is asked for nothing before the command. Null for any other word. */
async function exactly(
  [word = '']: readonly string[],
  context: Context,
): Promise<{ host: HostConfig; session: { id: string } } | null> {
  const colon = word.indexOf(':');
  const id = word.slice(colon + 1);
  if (!isSessionId(id)) return null;
  const host = (await context.hosts()).find(({ name }) => name === word.slice(0, colon));
  return host ? { host, session: { id } } : null;
}

/** As everywhere; but a host's default session is made by connect alone. */
async function placeOf(words: readonly string[], context: Context): Promise<Place> {
  const accept = ({ session, external }: Place) => session.state === 'running' && external === undefined;
  try {
    return await theSession(words, context, { command: 'exec', accept });
  } catch (error) {
    const [word = ''] = words;
    if (!(error instanceof BerthError) || error.reason !== 'SESSION_NOT_FOUND') throw error;
    if (!(await context.hosts()).some(({ name }) => name === word)) throw error;
    const message = `host ${word} has no default session: none is called ${DEFAULT_SESSION}`;
    throw new BerthError('SESSION_NOT_FOUND', message, {
      values: { ...error.values, host: word },
      hint: `make it: berth connect ${word}`,
    });
  }
}
