/** From the word a user gave (or, on a terminal, a choice) to a session and the way to its host. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { statusOf } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { findHost, type Holding, takeInventory } from '../fleet/inventory.ts';
import { rememberAnswer } from '../fleet/remember.ts';
import { type Place, placesOf, resolveSession } from '../fleet/resolve.ts';
import { bySessionOrder } from '../fleet/session-order.ts';
import { parseTarget } from '../fleet/target-word.ts';
import { renderError } from '../render/errors.ts';
import { pick } from '../render/picker.ts';

/**
 * Throws NAME_INVALID, SESSION_NOT_FOUND, NAME_AMBIGUOUS, HOST_NOT_FOUND or what kept the host from
 * answering. A name that was found while a host did not answer is taken, with a line that says so.
 */
export async function findSession(word: string, context: Context): Promise<Place> {
  const hosts = hostsFor(word, await context.hosts());
  const { session: wanted } = parseTarget(word);
  const stop = new AbortController();
  const { promise: found, resolve } = Promise.withResolvers<Place>();
  const answered = (answer: Answer<Holding>) => {
    // Ids of ours are unique across hosts: nothing that others answer can change it.
    const session = answer.ok && answer.value.sessions.find(({ id }) => id === wanted);
    if (session) resolve({ host: answer.host, session });
    rememberAnswer(answer, context);
  };
  const options = { deadlineMs: patience(hosts, context), answered, signal: stop.signal };
  const all = takeInventory(context, hosts, options).then((answers) => {
    const place = resolveSession(word, answers);
    warnUnsure(word, { place, answers }, context);
    return place;
  });
  all.catch(() => {});
  return await Promise.race([found, all]).finally(() => stop.abort());
}

/** Several words with one question to the fleet. */
export async function findSessions(
  words: readonly string[],
  context: Context,
): Promise<(Place | BerthError)[]> {
  const all = await context.hosts();
  const targets = words.map((word) => orError(() => ({ word, hosts: hostsFor(word, all) })));
  const wanted = new Set(targets.flatMap((target) => (target instanceof BerthError ? [] : target.hosts)));
  const asked = all.filter((host) => wanted.has(host));
  const answered = (answer: Answer<Holding>) => rememberAnswer(answer, context);
  const answers = await takeInventory(context, asked, { deadlineMs: patience(asked, context), answered });
  return targets.map((target) => {
    if (target instanceof BerthError) return target;
    const { word, hosts } = target;
    const heard = answers.filter(({ host }) => hosts.includes(host));
    const place = orError(() => resolveSession(word, heard));
    if (!(place instanceof BerthError)) warnUnsure(word, { place, answers: heard }, context);
    return place;
  });
}

/** One host alone holds up nobody: it has the time that making a connection may take. */
function patience(hosts: readonly HostConfig[], { settings }: Context): number {
  const { connectMs, fanoutMs } = settings;
  return hosts.length === 1 ? Math.max(connectMs, fanoutMs) : fanoutMs;
}

function hostsFor(word: string, all: readonly HostConfig[]): readonly HostConfig[] {
  const { host } = parseTarget(word);
  return host === null ? all : [findHost(all, host)];
}

function orError<T>(work: () => T): T | BerthError {
  try {
    return work();
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
}

/** An id is one session's alone; a name may be that of another session where nobody answered. */
function warnUnsure(
  word: string,
  { place, answers }: { place: Place; answers: readonly Answer<Holding>[] },
  { console }: Context,
): void {
  const silent = answers.filter(({ ok }) => !ok).map(({ host }) => host.name);
  if (silent.length === 0 || place.session.id === parseTarget(word).session || console.json) return;
  const taken = `${place.host.name}:${place.session.id}`;
  console.err(`${oneLine(`berth: ${word} is taken to be ${taken}; could not ask ${silent.join(', ')}`)}\n`);
}

/** Lines that fit a screen. */
const MOST_OFFERED = 20;

/** The one session that the words name; on a terminal a picker where there are none. `none`: why it may have no lines. */
export async function theSession(
  words: readonly string[],
  context: Context,
  options: { command: string; accept?: (place: Place) => boolean; none?: string },
): Promise<Place> {
  const [word] = words;
  const hint = `see berth ${options.command} --help`;
  if (word !== undefined) return await findSession(word, context);
  if (!context.console.canAsk || context.console.json) {
    throw new BerthError('USAGE', `berth ${options.command} needs a session`, { hint });
  }
  const answers = await takeInventory(context, await context.hosts());
  warnUnreachable(context, answers);
  const order = bySessionOrder(Date.now());
  const fitting = placesOf(answers).filter(options.accept ?? (() => true));
  const offered = fitting.sort((a, b) => order(a.session, b.session)).slice(0, MOST_OFFERED);
  if (offered.length === 0) {
    const silent = answers.find(({ ok }) => !ok);
    if (silent && !silent.ok && answers.length === 1) throw silent.error;
    const reason = silent ? 'HOST_UNREACHABLE' : 'SESSION_NOT_FOUND';
    const why = silent ? '' : (options.none ?? '');
    const message = `there is no session to choose from${why ? `: ${why}` : ''}`;
    throw new BerthError(reason, message, { hint: 'see berth list --all' });
  }
  const more = fitting.length - offered.length;
  if (more > 0) context.console.err(`berth: ${more} more: name one to choose it\n`);
  const lines = offered.map(({ host, session }) =>
    oneLine(
      `${session.id}  ${host.name}  ${statusOf(session.state)}  ${(session.name || session.prompt || session.argv.join(' ')).slice(0, 60)}`,
    ),
  );
  const index = await pick(context.console, 'which one?', lines);
  return offered[index] as Place;
}

/** The host's own name for itself; ours for it where it does not tell. */
export async function hostnameOf(host: HostConfig, context: Context): Promise<string> {
  try {
    return (await (await context.connect(host)).getHost()).hostname;
  } catch {
    return host.name;
  }
}

/** One line for each host that did not answer, as JSON where results are. */
export function warnUnreachable(context: Context, answers: readonly Answer<unknown>[]): void {
  for (const answer of answers) {
    if (answer.ok) continue;
    const line = `berth: host ${oneLine(answer.host.name)}: unreachable: ${oneLine(answer.error.message)}\n`;
    context.console.err(context.console.json ? renderError(answer.error, context.console) : line);
  }
}

/** 0 if all answered, else the worst of what kept hosts from answering. */
export function reachCode(answers: readonly Answer<unknown>[]): number {
  const codes = answers.map((answer) => (answer.ok ? 0 : answer.error.exitCode));
  // A list of what the living hold is a success; only when nobody answered there is no answer.
  return answers.length > 0 && answers.every((answer) => !answer.ok) ? Math.max(...codes) : 0;
}
