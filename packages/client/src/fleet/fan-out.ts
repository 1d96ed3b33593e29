/** Asks many hosts at once; one that is dead or slow never blocks the living. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';
import { within } from './within.ts';

export type Answer<T> =
  | { readonly ok: true; readonly host: HostConfig; readonly value: T; readonly latencyMs: number }
  | { readonly ok: false; readonly host: HostConfig; readonly error: BerthError; readonly latencyMs: number };

export interface FanOutOptions<T> {
  /** For each host, from when it is its turn. */
  readonly deadlineMs: number;
  /** Hosts asked at the same time. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Called with each answer as it comes. */
  readonly answered?: (answer: Answer<T>) => void;
}

/**
 * One answer per host, in the order given, each within its deadline even if `ask` ignores its
 * signal. Never rejects but for the caller's own signal.
 */
export async function fanOut<T>(
  hosts: readonly HostConfig[],
  ask: (host: HostConfig, signal: AbortSignal) => Promise<T>,
  options: FanOutOptions<T>,
): Promise<Answer<T>[]> {
  const answers: Answer<T>[] = new Array(hosts.length);
  const turns = hosts.entries();
  const work = async () => {
    for (const [i, host] of turns) {
      const answer = await askOne(host, ask, options);
      answers[i] = answer;
      options.answered?.(answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.limit ?? 16, hosts.length) }, work));
  options.signal?.throwIfAborted();
  return answers;
}

async function askOne<T>(
  host: HostConfig,
  ask: (host: HostConfig, signal: AbortSignal) => Promise<T>,
  options: FanOutOptions<T>,
): Promise<Answer<T>> {
  const started = performance.now();
  const latency = () => Math.round((performance.now() - started) * 10) / 10;
  try {
    const signal = options.signal ?? new AbortController().signal;
    const bound = { ms: options.deadlineMs, host: host.name, signal };
    const value = await within(bound, (stop) => ask(host, stop));
    return { ok: true, host, value, latencyMs: latency() };
  } catch (error) {
    const known =
      error instanceof BerthError
        ? error
        : new BerthError('INTERNAL', `asking host ${host.name} failed: ${messageOf(error)}`, {
            cause: error,
          });
    return { ok: false, host, error: known, latencyMs: latency() };
  }
}
