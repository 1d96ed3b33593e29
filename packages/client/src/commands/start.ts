/** `berth start`: one session per prompt, or one running a command. */

import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { RestartPolicy } from '@berth/shared/domain/session-state';
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { rememberSession } from '../fleet/remember.ts';
import { sessionRow } from '../fleet/view.ts';
import { type Placed, Placement } from '../placement/place.ts';
import { placementPorts } from '../placement/ports.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { detachKeysOf, needTerminal } from './attach.ts';
import { defineCommand } from './command.ts';
import { offeredOn } from './credentials.ts';
import { gatherEnvironment } from './environment.ts';
import { interruption } from './interruption.ts';
import { accompany } from './start-accompany.ts';
import { START_FLAGS } from './start-flags.ts';
import { jobsOf, withStandardInput } from './start-jobs.ts';
import { waitInLine } from './start-queue.ts';
import { report } from './start-report.ts';
import { parcelOf } from './start-source.ts';
import { whereOf } from './start-where.ts';
import { CUSTOM, workHow } from './start-work.ts';
import { hostnameOf } from './target.ts';
import { pairs, span } from './values.ts';

export const start = defineCommand({
  usage: '[PROMPT…] [-- ARGV…]',
  describe: 'Start sessions: one per prompt (- reads it from standard input), or one that runs ARGV.',
  example: "berth start --preset shell -- bash -c 'echo hello; sleep 60'",
  flags: START_FLAGS,
  rest: true,
  async meant(args, before) {
    if (args.flags.again === undefined) return args;
    const { startedAgain } = await import('./start-again.ts');
    return (await startedAgain(args, before)) as typeof args;
  },
  async run({ flags, words, rest }, context) {
    if (flags.attach) {
      needTerminal(context);
      detachKeysOf({}, context);
    }
    const { command, ...how } = workHow(flags, rest, context);
    const work = jobsOf(await withStandardInput(words, context), rest, command);
    if (work.length > 1 && (flags.name || flags.attach || flags.follow)) {
      const flag = flags.name ? '--name' : flags.attach ? '--attach' : '--follow';
      throw new BerthError('USAGE', `${flag} is for one session, and there are ${work.length} prompts`);
    }
    if (context.console.json && (flags.attach || flags.follow)) {
      throw new BerthError('USAGE', 'with --json nothing else is printed: leave out --attach and --follow');
    }
    if (flags.attach && (flags.follow || flags.wait)) {
      throw new BerthError('USAGE', 'choose one of --attach and --follow or --wait');
    }
    const name = flags.name ?? '';
    const problem = flags.name === undefined ? null : nameProblem(name);
    if (problem)
      throw new BerthError('NAME_INVALID', `cannot name a session ${oneLine(name) || "''"}: ${problem}`);
    const preset = how.preset === CUSTOM ? '' : how.preset;
    const where = await whereOf(flags, preset, context);
    const common = {
      name,
      ...how,
      memoryBytes: where.constraints.memoryBytes,
      tags: pairs('--tag', flags.tag, { bare: false }) as Record<string, string>,
      env: await gatherEnvironment({ env: flags.env, files: flags['env-file'], local: context.env }),
      timeoutMs: flags.timeout === undefined ? null : span('--timeout', flags.timeout, { atLeast: 1 }),
      restartPolicy: (flags.restart ?? 'never') as RestartPolicy,
      columns: context.console.stdout.columns || 120,
      rows: context.console.stdout.rows || 36,
    };
    const base = flags['request-id'] ?? randomUUID();
    const asked = work.map((one, i) => ({
      requestId: work.length === 1 ? base : `${base}-${i + 1}`,
      work: { ...common, ...one },
    }));
    await using parcel = await parcelOf(flags, context);
    // What is held meanwhile is given back; without that nothing is lost by stopping at once.
    using held = parcel.ready && !flags['all-or-nothing'] ? null : interruption();
    let tell: (text: string) => void = () => {};
    const placement = new Placement(
      {
        ...where,
        parcel,
        signal: held?.signal ?? new AbortController().signal,
        progress: (text) => tell(text),
      },
      placementPorts(context, { kept: flags['request-id'] !== undefined }),
    );
    if (flags['dry-run']) {
      const { dryRun } = await import('./start-dry-run.ts');
      return await dryRun(asked, { placement, where }, context);
    }
    const [only] = where.hosts;
    const likely = where.hosts.length === 1 ? only : (await placement.plan(asked))[0]?.ranked[0]?.host;
    const ownCommand = rest !== null || command !== null;
    const offer = { preset: how.preset, passed: common.env };
    const offered = likely && !ownCommand ? await offeredOn(likely, offer, context) : {};
    const jobs = asked.map((job) => ({ ...job, work: { ...job.work, env: { ...common.env, ...offered } } }));
    const doing = `starting on ${where.hosts.length === 1 && only ? only.name : `one of ${where.hosts.length} hosts`}`;
    const place = async () => {
      const tried = await withProgress(context.console, doing, async (line) => {
        tell = line.tell;
        if (flags['all-or-nothing']) return await placement.startAll(jobs);
        return await Promise.allSettled(jobs.map((job) => placement.start(job)));
      });
      tell = () => {};
      return await waitInLine(tried, jobs, { placement, flags, context });
    };
    const { noted, workingDirectory } = await import('../history/note.ts');
    const prompts = work.map(({ prompt }) => prompt).filter(Boolean);
    const given = { flags, prompts, command: rest, directory: workingDirectory() };
    const results = await noted(given, context, place);
    const quiet = flags.attach || flags.follow;
    for (const result of results) if (result.status === 'fulfilled') rememberSession(result.value, context);
    const codes = results.map((result, i) => report(result, { i, of: jobs.length, quiet }, context));
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (context.console.json && started.length > 0) await printJson(started, context);
    return worst([...codes, ...(await accompany(started, flags, context))]);
  },
});

async function printJson(started: readonly Placed[], context: Context): Promise<void> {
  const hosts = [...new Set(started.map(({ host }) => host))];
  const names = new Map(
    await Promise.all(hosts.map(async (host) => [host, await hostnameOf(host, context)] as const)),
  );
  const rows = started.map(({ host, session }) =>
    sessionRow({ host, hostname: names.get(host) ?? host.name }, session, Date.now()),
  );
  context.console.out(`${toJson({ sessions: rows })}\n`);
}
