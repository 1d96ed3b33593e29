/** What an agent costs while its sessions do nothing. (Linux: read from /proc.) */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import type { Bench } from './measure.ts';
import { cpuMs, residentMb } from './process-figures.ts';

const GOALS = [1, 50, 100];
/** As many clients at once. */
const AT_ONCE = 5;
const MOST_MB = 130;
const MOST_CPU_PERCENT = 1;
/** Long enough that the collection of what the starts left does not make up most of it. */
const IDLE_MS = 30_000;

export async function idle(bench: Bench): Promise<void> {
  const { signal } = bench;
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G', '--default-slot', '16M'] });
  const start = () => startedId(sandbox, ['start', '--json', '--', 'sleep', '100000']);
  const figures: string[] = [];
  let mb = 0;
  let started = 0;
  for (const goal of GOALS) {
    for (; started < goal; started += Math.min(AT_ONCE, goal - started)) {
      signal.throwIfAborted();
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, goal - started) }, start));
    }
    mb = await settled(() => residentMb(agent.pid), signal);
    figures.push(`${mb.toFixed(0)} MB at ${goal}`);
  }
  bench.report({
    what: 'agent, resident memory by idle sessions',
    figure: figures.join(', '),
    peer: '',
    ratio: '',
    bound: `at most ${MOST_MB} MB at ${GOALS.at(-1)}`,
    holds: mb <= MOST_MB,
  });

  const [before, began] = [cpuMs(agent.pid), performance.now()];
  await sleep(IDLE_MS, undefined, { signal });
  const percent = ((cpuMs(agent.pid) - before) / (performance.now() - began)) * 100;
  bench.report({
    what: `agent, CPU with ${started} idle sessions`,
    figure: `${percent.toFixed(1)} % of a core over ${IDLE_MS / 1000} s`,
    peer: '',
    ratio: '',
    bound: `under ${MOST_CPU_PERCENT} %`,
    holds: percent < MOST_CPU_PERCENT,
  });
  // Last: whoever asks has the agent look at what all of them use.
  const { sessions } = await sandbox.json<{ sessions: { status: string }[] }>(['list']);
  const running = sessions.filter(({ status }) => status === 'running').length;
  if (running !== started) throw new Error(`of ${started} idle sessions ${running} are running`);
}

/** A value that moved by less than a hundredth in two seconds; the latest where it never rests. */
async function settled(read: () => number, signal: AbortSignal): Promise<number> {
  let last = read();
  for (let i = 0; i < 6; i++) {
    await sleep(2000, undefined, { signal });
    const now = read();
    if (Math.abs(now - last) < last / 100) return now;
    last = now;
  }
  return last;
}
