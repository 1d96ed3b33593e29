/** Notes what was started: once, when it is known what became of it, or when the client ends before that. */
import { randomUUID } from 'node:crypto';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Placed } from '../placement/place.ts';
import { encodeEntry, LONGEST_BYTES, type StartEntry } from './entry.ts';
import { appendLine, historyFile, trimHistory } from './file.ts';
import { type GivenStart, keptWords, WITHHELD } from './kept-words.ts';

type Results = readonly PromiseSettledResult<Placed>[];
type Became = Pick<StartEntry, 'outcome' | 'reason' | 'sessions'>;

/** Of very many sessions. */
const SESSIONS_KEPT = 100;

/**
 * Gives what `work` gives. That it cannot be noted costs a remark and nothing else. `directory`: where
 * it was run; empty where that makes no difference.
 */
export async function noted<R extends Results>(
  given: GivenStart & { readonly directory: string },
  { console, paths, settings }: Pick<Context, 'console' | 'paths' | 'settings'>,
  work: () => Promise<R>,
): Promise<R> {
  if (!settings.history) return await work();
  const at = Date.now();
  const begun = { id: randomUUID(), at, directory: given.directory, ...keptWords(given, at) };
  const file = historyFile(paths.stateDir);
  const write = (became: Became): boolean => {
    try {
      return appendLine(file, encodeEntry(shortened({ ...begun, ...became })));
    } catch (error) {
      const hint = 'to do without: berth start is the same with the setting history: off';
      const why = oneLine(messageOf(error));
      if (!console.json) console.err(`berth: this start is not in the history: ${why}\n  hint: ${hint}\n`);
      return false;
    }
  };
  // Whoever interrupts it is the first who wants it again.
  const leave = () => void write({ outcome: 'interrupted', reason: 'INTERRUPTED', sessions: [] });
  process.once('exit', leave);
  const end = async (became: Became) => {
    process.off('exit', leave);
    if (write(became)) await trimHistory(file).catch(() => {});
  };
  let results: R;
  try {
    results = await work();
  } catch (error) {
    await end(failure(error));
    throw error;
  }
  await end(outcomeOf(results));
  return results;
}

/** Empty where somebody has removed it. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}

function outcomeOf(results: Results): Became {
  const placed = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  const living = placed.filter(({ session }) => session.failureReason !== 'start');
  const queued = living.some(({ session }) => session.state === 'queued');
  const sessions = placed
    .slice(0, SESSIONS_KEPT)
    .map(({ host, session }) => ({ id: session.id, name: session.name, host: host.name }));
  if (living.length === 0) return { ...failure(failed?.reason), sessions };
  if (living.length < results.length) return { ...failure(failed?.reason), outcome: 'partly', sessions };
  return { outcome: queued ? 'queued' : 'started', reason: null, sessions };
}

function failure(error: unknown): Became {
  const reason = error instanceof BerthError ? error.reason : null;
  const outcome = reason === 'INTERRUPTED' ? 'interrupted' : 'failed';
  return { outcome, reason, sessions: [] };
}

/** What is very long cannot be started again by itself, and does not crowd out the others. */
function shortened(entry: StartEntry): StartEntry {
  if (Buffer.byteLength(JSON.stringify(entry)) <= LONGEST_BYTES) return entry;
  const [prompts, command] = [entry.prompts.length > 0 ? [WITHHELD] : [], entry.command && [WITHHELD]];
  const what = [...(prompts.length > 0 ? ['PROMPT'] : []), ...(command ? ['ARGV'] : [])];
  return { ...entry, prompts, command, withheld: [...new Set([...entry.withheld, ...what])] };
}
