/** `berth pull`: a session's work as branches of the repository here, and its output files. */
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import type { Repository } from '../git/repository.ts';
import { asBerthError, renderError } from '../render/errors.ts';
import { withProgress } from '../render/progress.ts';
import { defineCommand, type Flags, type FlagValues } from './command.ts';
import { interruption } from './interruption.ts';
import { type PullAnswer, tellPull } from './pull-text.ts';
import { theSession } from './target.ts';

const FLAGS = {
  branch: { type: 'string', value: 'NAME', describe: 'into this branch, in the place of berth/SESSION' },
  into: { type: 'string', value: 'DIR', describe: 'into the repository of this directory' },
  output: { type: 'string', value: 'DIR', describe: 'output files into this directory' },
  'no-output': { type: 'boolean', describe: 'leave output files where they are' },
  force: {
    type: 'boolean',
    describe: 'also where the branch here has gone on: what it has alone is given up',
  },
  follow: { type: 'boolean', short: 'f', describe: 'go on as it works, until it ends' },
} as const satisfies Flags;

export const pull = defineCommand({
  usage: '[HOST:]SESSION',
  describe: "Bring a session's work back as branches; what you have checked out is not touched.",
  example: 'berth pull my-session',
  flags: FLAGS,
  most: 1,
  async run({ flags, words }, context) {
    if (flags.output !== undefined && flags['no-output'])
      throw new BerthError('USAGE', 'choose one of --output and --no-output');
    if (flags.follow && flags.force)
      throw new BerthError('USAGE', '--force is for one pull: leave out --follow');
    const place = await theSession(words, context, {
      command: 'pull',
      accept: ({ external }) => external === undefined,
    });
    if (place.external)
      throw new BerthError(
        'SOURCE_INVALID',
        `${place.session.id} is another tool's session: it has no workspace`,
      );
    const repository = await repositoryAt(flags.into ?? process.cwd(), context);
    using interrupted = interruption();
    const { signal } = interrupted;
    const once = async (session = place.session) =>
      await withProgress(context.console, `fetching from ${place.host.name}`, (line) =>
        pullOnce({ ...place, session }, { flags, repository, signal, progress: line.tell }, context),
      );
    const tell = (answer: PullAnswer) => {
      tellPull(answer, context.console);
      if (answer.outputError) context.console.err(renderError(answer.outputError, context.console));
      return answer.outputError?.exitCode ?? 0;
    };
    if (!flags.follow || isFinal(place.session.state)) return tell(await once());
    const { followSession } = await import('../workspace/follow-session.ts');
    let told = '';
    let code = 0;
    await followSession({
      connect: () => context.connect(place.host, { signal }),
      session: place.session.id,
      signal,
      changed: async (session) => {
        const answer = await once(session);
        const state = JSON.stringify([answer.pulled, answer.output]);
        // It woke for something that left no trace in the repository.
        if (state !== told) code = tell(answer);
        told = state;
      },
      lost: (error) => {
        if (!context.console.json) context.console.err(`berth: ${error.message}; trying again\n`);
      },
    });
    return signal.aborted ? 130 : code;
  },
});

async function repositoryAt(directory: string, { env }: Context): Promise<Repository> {
  const { openRepository } = await import('../git/repository.ts');
  const repository = await openRepository(directory, env);
  if (repository) return repository;
  throw new BerthError('SOURCE_INVALID', `cannot pull into ${directory}: it is in no git repository`, {
    hint: 'go to the repository the session was started in, or name it with --into DIR',
  });
}

async function pullOnce(
  { host, session }: Place,
  how: {
    flags: FlagValues<typeof FLAGS>;
    repository: Repository;
    signal: AbortSignal;
    progress: (text: string) => void;
  },
  context: Context,
): Promise<PullAnswer> {
  const { flags, repository, signal, progress } = how;
  const client = await context.connect(host, { signal });
  const { pullSession } = await import('../workspace/pull-session.ts');
  const { branch, force } = flags;
  const pulled = await pullSession(repository, { client, session, signal, progress, branch, force });
  const answer = { host, session, repository, pulled, output: null, outputError: null };
  if (flags['no-output'] || pulled.outputDirectory === '') return answer;
  const own = path.join(context.paths.dataDir, 'output', session.id);
  const directory = flags.output === undefined ? own : path.resolve(flags.output);
  const replace = flags.output === undefined;
  const { outputDirectory } = pulled;
  try {
    const { details } = await client.getDetails(session.id, { signal });
    const files = details.artifacts.length;
    if (files === 0) return answer;
    const { bringArtifacts } = await import('../workspace/artifacts.ts');
    await bringArtifacts({ client, session: session.id, outputDirectory, directory, replace, signal });
    const bytes = details.artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
    return { ...answer, output: { directory, files, bytes } };
  } catch (error) {
    // The branches are here: that is told before what failed.
    return { ...answer, outputError: asBerthError(error) };
  }
}
