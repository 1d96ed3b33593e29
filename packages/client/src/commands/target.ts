/** From the word a user gave (or, on a terminal, a choice) to a session and the way to its host. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { statusOf } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { findHost, type Holding, takeInventory } from '../fleet/inventory.ts';
import { type Place, parseTarget, placesOf, resolveSession } from '../fleet/resolve.ts';
import { renderError } from '../render/errors.ts';
import { pick } from '../render/picker.ts';

/** Throws SESSION_NOT_FOUND, NAME_AMBIGUOUS, HOST_NOT_FOUND or what kept the host from answering. */
export async function findSession(word: string, context: Context): Promise<Place> {
  const hosts = hostsFor(word, await context.hosts());
  // One host alone holds up nobody: it has the time that making a connection may take.
  const { connectMs, fanoutMs } = context.settings;
  const { host, session: wanted } = parseTarget(word);
  const deadlineMs = host === null ? fanoutMs : Math.max(connectMs, fanoutMs);
  const stop = new AbortController();
  const { promise: found, resolve } = Promise.withResolvers<Place>();
  const answered = (answer: Answer<Holding>) => {
    // Ids of ours are unique across hosts: nothing that others answer can change it.
    const session = answer.ok && answer.value.sessions.find(({ id }) => id === wanted);
    if (session) resolve({ host: answer.host, session });
  };
  const options = { deadlineMs, answered, signal: stop.signal };
  const all = takeInventory(context, hosts, options).then((answers) => resolveSession(word, answers));
  all.catch(() => {});
  return await Promise.race([found, all]).finally(() => stop.abort());
}

/** Several words with one question to the fleet. */
export async function findSessions(
  words: readonly string[],
  context: Context,
): Promise<(Place | BerthError)[]> {
  const all = await context.hosts();
  const everywhere = words.some((word) => parseTarget(word).host === null);
  const named = new Set(words.map((word) => parseTarget(word).host));
  const asked = everywhere ? all : all.filter(({ name }) => named.has(name));
  const answers = await takeInventory(context, asked);
  return words.map((word) => {
    try {
      const hosts = new Set(hostsFor(word, all));
      return resolveSession(
        word,
        answers.filter(({ host }) => hosts.has(host)),
      );
    } catch (error) {
      if (error instanceof BerthError) return error;
      throw error;
    }
  });
}

function hostsFor(word: string, all: readonly HostConfig[]): readonly HostConfig[] {
  const { host } = parseTarget(word);
  return host === null ? all : [findHost(all, host)];
}

/** The one session that the words name; on a terminal a picker where there are none. */
export async function theSession(
  words: readonly string[],
  context: Context,
  options: { command: string; accept?: (place: Place) => boolean },
): Promise<Place> {
  const [word] = words;
  const hint = `see berth ${options.command} --help`;
  if (word !== undefined) return await findSession(word, context);
  if (!context.console.canAsk || context.console.json) {
    throw new BerthError('USAGE', `berth ${options.command} needs a session`, { hint });
  }
  const answers = await takeInventory(context, await context.hosts());
  warnUnreachable(context, answers);
  const places = placesOf(answers);
  const offered = places.filter(options.accept ?? (() => true)).slice(0, 20);
  if (offered.length === 0) throw new BerthError('SESSION_NOT_FOUND', 'there is no session to choose from');
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
