/** `berth start`: one session per prompt, or one running a command. */

import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_PROMPT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal, RESTART_POLICIES, type RestartPolicy, statusOf } from '@berth/shared/domain/session-state';
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { rememberSession } from '../fleet/remember.ts';
import { sessionRow } from '../fleet/view.ts';
import { renderError, withCommand, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { attachTo, detachKeysOf, needTerminal } from './attach.ts';
import { defineCommand } from './command.ts';
import { offeredOn } from './credentials.ts';
import { setting } from './defaults.ts';
import { gatherEnvironment } from './environment.ts';
import { parcelOf, SOURCE_FLAGS } from './start-source.ts';
import { workHow } from './start-work.ts';
import { streamOutput } from './stream.ts';
import { hostnameOf } from './target.ts';
import { memory, pairs, span } from './values.ts';
import { waitForEnd } from './wait.ts';

export const start = defineCommand({
  usage: '[PROMPT…] [-- ARGV…]',
  describe: 'Start sessions: one per prompt (- reads it from standard input), or one that runs ARGV.',
  example: "berth start --preset shell -- bash -c 'echo hello; sleep 60'",
  flags: {
    preset: {
      type: 'string',
      short: 'p',
      value: 'NAME',
      describe: 'how to run the prompt: claude, codex, gemini, aider, opencode, shell, …',
    },
    command: {
      type: 'string',
      value: 'COMMAND',
      describe: 'how to run it without a preset: {prompt} or {prompt_file} stands for the prompt',
    },
    'max-turns': { type: 'string', value: 'N', describe: 'end the work after N turns, 1 to 1000' },
    headless: { type: 'boolean', describe: 'without a person: the tool works, and ends by itself' },
    'skip-permissions': {
      type: 'boolean',
      describe: 'dangerous: the tool asks nobody before it acts',
    },
    name: { type: 'string', short: 'n', value: 'NAME', describe: 'a name, unique on its host' },
    host: { type: 'string', value: 'HOST', describe: 'where' },
    memory: { type: 'string', short: 'm', value: 'SIZE', describe: 'the slot: 512M, 8G, …' },
    tag: { type: 'list', short: 't', value: 'K=V', describe: 'a tag' },
    env: {
      type: 'list',
      short: 'e',
      value: 'NAME[=VALUE]',
      describe: 'a variable; without a value, the one you have here',
    },
    'env-file': { type: 'list', value: 'FILE', describe: 'variables from a file of NAME=VALUE lines' },
    ...SOURCE_FLAGS,
    timeout: { type: 'string', value: 'TIME', describe: 'end it after this time: 90s, 2h' },
    restart: {
      type: 'string',
      value: 'WHEN',
      choices: RESTART_POLICIES,
      describe: 'after a reboot of its host: never, or on-reboot',
    },
    attach: { type: 'boolean', describe: 'attach at once' },
    follow: { type: 'boolean', short: 'f', describe: 'print its output until it ends' },
    wait: { type: 'boolean', describe: 'wait for its end and return its exit code' },
    'request-id': {
      type: 'string',
      value: 'ID',
      describe: 'asking again with the same id starts nothing twice',
    },
  },
  rest: true,
  async run({ flags, words, rest }, context) {
    if (flags.attach) {
      needTerminal(context);
      detachKeysOf({}, context);
    }
    const { command, ...how } = workHow(flags, rest, context);
    const jobs = jobsOf(await withStandardInput(words, context), rest, command);
    if (jobs.length > 1 && (flags.name || flags.attach || flags.follow)) {
      const flag = flags.name ? '--name' : flags.attach ? '--attach' : '--follow';
      throw new BerthError('USAGE', `${flag} is for one session, and there are ${jobs.length} prompts`);
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
    const memoryText = flags.memory ?? setting(context, 'memory');
    const common = {
      name,
      ...how,
      memoryBytes: memoryText === undefined ? 0 : memory('--memory', memoryText),
      tags: pairs('--tag', flags.tag, { bare: false }) as Record<string, string>,
      env: await gatherEnvironment({ env: flags.env, files: flags['env-file'], local: context.env }),
      timeoutMs: flags.timeout === undefined ? null : span('--timeout', flags.timeout, { atLeast: 1 }),
      restartPolicy: (flags.restart ?? 'never') as RestartPolicy,
      columns: context.console.stdout.columns || 120,
      rows: context.console.stdout.rows || 36,
      reservation: '',
    };
    await using parcel = await parcelOf(flags);
    const all = await context.hosts();
    const hostName = flags.host ?? setting(context, 'host');
    const host = hostName !== undefined ? findHost(all, hostName) : all[0];
    if (!host) throw new BerthError('HOST_NOT_FOUND', 'cannot start: there are no hosts');
    const ownCommand = rest !== null || command !== null;
    const offer = { preset: how.preset, hostName: host.name, passed: common.env };
    const env = ownCommand ? common.env : { ...common.env, ...(await offeredOn(host, offer, context)) };
    const base = flags['request-id'] ?? randomUUID();
    const starts = jobs.map(async (job, i) => {
      const requestId = jobs.length === 1 ? base : `${base}-${i + 1}`;
      const client = await context.connect(host);
      const source = await parcel.bring(client, { signal: new AbortController().signal, progress: () => {} });
      const session = await client.start({ ...common, env, ...job, source, requestId });
      rememberSession({ host, session }, context);
      return session;
    });
    const quiet = flags.attach || flags.follow;
    const results = await withProgress(context.console, `starting on ${host.name}`, () =>
      Promise.allSettled(starts),
    );
    const codes = results.map((result, i) => report(result, { host, i, of: jobs.length, quiet }, context));
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (context.console.json && started.length > 0) {
      const hostname = await hostnameOf(host, context);
      const rows = started.map((s) => sessionRow({ host, hostname }, s, Date.now()));
      context.console.out(`${toJson({ sessions: rows })}\n`);
    }
    const [only] = started;
    if (only && flags.attach) return await attachTo({ host, session: only }, {}, context);
    if (only && flags.follow) {
      const code = await streamOutput(
        { host, session: only },
        { offset: 0, tailBytes: 0, raw: false, follow: true, reconnect: true },
        context,
      );
      if (code !== 0 || !flags.wait) return worst([code, ...codes]);
    }
    if (!flags.wait) return worst(codes);
    return worst([
      ...codes,
      ...(await Promise.all(started.map((session) => waitForEnd({ host, session }, context)))),
    ]);
  },
});

/** The prompts, with `-` read from standard input. Throws where that is no text. */
async function withStandardInput(words: readonly string[], { console }: Context): Promise<string[]> {
  if (!words.includes('-')) return [...words];
  if (words.filter((word) => word === '-').length > 1)
    throw new BerthError('USAGE', 'cannot start: only one prompt can come from standard input');
  if (console.canAsk) console.err('berth: type the prompt, and end it with ctrl-d\n');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of console.stdin) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).length;
    // Far more than will be taken: nobody waits for the end of an endless input.
    if (bytes > 64 * MAX_PROMPT_BYTES) throw tooLarge(bytes, 'more than ');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new BerthError('ARGUMENT_INVALID', 'cannot start: standard input is not valid UTF-8');
  }
  const prompt = text.trimEnd();
  if (prompt === '') throw new BerthError('ARGUMENT_INVALID', 'cannot start: standard input holds no prompt');
  return words.map((word) => (word === '-' ? prompt : word));
}

function jobsOf(
  words: readonly string[],
  rest: readonly string[] | null,
  command: readonly string[] | null,
): { prompt: string; argv: readonly string[] }[] {
  if (rest !== null) {
    if (words.length > 1)
      throw new BerthError('USAGE', 'a command after -- runs in one session: give one prompt or none');
    if (rest.length === 0) throw new BerthError('USAGE', 'after -- comes a command');
    check([...words, ...rest]);
    return [{ prompt: words[0] ?? '', argv: rest }];
  }
  if (words.includes('')) throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt is empty');
  check([...words, ...(command ?? [])]);
  return (words.length > 0 ? words : ['']).map((prompt) => ({ prompt, argv: command ?? [] }));
}

function check(texts: readonly string[]): void {
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_PROMPT_BYTES) throw tooLarge(bytes);
    if (text.includes('\0')) {
      throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt contains NUL');
    }
    if (text.includes('\ufffd')) {
      throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt is not valid UTF-8');
    }
  }
}

function tooLarge(bytes: number, about = ''): BerthError {
  const [has, limit] = [formatMemory(bytes), formatMemory(MAX_PROMPT_BYTES)];
  const message = `cannot start: the prompt has ${about}${has}, the limit is ${limit}`;
  return new BerthError('PROMPT_TOO_LARGE', message);
}

function report(
  result: PromiseSettledResult<SessionSnapshot>,
  about: { host: HostConfig; i: number; of: number; quiet: boolean },
  { console }: Context,
): number {
  const head = `[${about.i + 1}/${about.of}]`;
  if (result.status === 'rejected') {
    if (!console.json && about.of > 1) console.err(`${head} failed\n`);
    console.err(renderError(withCommand(result.reason, 'start'), console));
    return result.reason instanceof BerthError ? result.reason.exitCode : 1;
  }
  const session = result.value;
  if (console.json) return failedAtStart(session);
  const what = session.prompt || session.argv.join(' ');
  const lines = [
    `${head} ${session.id}`,
    `  host    ${oneLine(about.host.name)} (reused), ${formatMemory(session.memoryBytes)}`,
    ...(session.name ? [`  name    ${oneLine(session.name)}`] : []),
    ...(session.skipPermissions ? ['  SKIPS PERMISSIONS: it asks nobody before it acts'] : []),
    ...(session.preset ? [`  preset  ${oneLine(session.preset)}`] : []),
    ...(what ? [`  prompt  ${oneLine(what)}`] : []),
    `  status  ${statusOf(session.state)}${session.detail ? `: ${oneLine(session.detail)}` : ''}`,
    ...(isFinal(session.state) || about.quiet
      ? []
      : [`  follow  berth output --follow ${session.name ? oneLine(session.name) : session.id}`]),
  ];
  // With --follow standard output is for what the session prints.
  const text = `${lines.join('\n')}\n`;
  if (about.quiet) console.err(text);
  else console.out(text);
  return failedAtStart(session);
}

function failedAtStart(session: SessionSnapshot): number {
  return session.failureReason === 'start' ? 1 : 0;
}
