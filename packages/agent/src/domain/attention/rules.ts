/**
 * The rules of attention, all of them: which of several witnesses is believed. Pure.
 *
 * 1. How a session ended goes before everything else; one that somebody killed asks for nobody.
 * 2. What was said before somebody typed or acknowledged has been answered.
 * 3. What a hook says holds until it says something else. A fresh "working" outweighs the screen; one
 *    that nothing has confirmed for a while does not hold.
 * 4. What the screen said before the hook last spoke is old news.
 * 5. Of what is left the most urgent attention stands; of two alike the newer.
 * 6. Without a word from anybody, output and CPU tell whether the session works.
 */
import type { Activity, Verdict } from '@berth/shared/domain/attention';
import { urgency } from '@berth/shared/domain/attention';
import type { AttentionState, Evidence, Pulse } from './evidence.ts';

/** Within this time of a hook's "working" the screen is not believed. */
export const FRESH_MS = 60_000;
/** A "working" that neither hooks nor output have confirmed for this long does not hold. */
export const STALE_MS = 10 * 60_000;
/** So much of one CPU is work. */
const BUSY_PERCENT = 20;

export interface Judgement {
  /** What the session's attention comes from; null where it asks for nobody. */
  readonly asks: Evidence | null;
  readonly activity: Activity;
  /** Who says so; null where nobody does. */
  readonly by: Evidence | null;
  /** The one that holds first, then the others, newest first. */
  readonly verdicts: readonly Verdict[];
}

/** A piece of evidence, and why it does not hold; empty where nothing speaks against it. */
interface Weighed {
  readonly evidence: Evidence;
  readonly lost: string;
}

export function judge(state: AttentionState, pulse: Pulse, now: number): Judgement {
  const weighed = evidenceOf(state, pulse, now).map(
    (evidence): Weighed => ({ evidence, lost: against(evidence, { state, pulse, now }) }),
  );
  const holding = weighed.filter(({ lost }) => lost === '').map(({ evidence }) => evidence);
  const asking = holding.filter(({ attention }) => attention !== null).sort(byUrgency);
  const asks = asking[0] ?? null;
  const working = holding.filter(({ activity }) => activity !== 'unknown').sort(byWord);
  const by = asks && asks.activity !== 'unknown' ? asks : (working[0] ?? asks);
  const first = asks ?? by;
  const verdicts = weighed.map(({ evidence, lost }): Verdict => {
    const holds = evidence === first;
    const outweighed = first ? `${first.rule} outweighs it` : '';
    const { source, rule, at, activity, attention, seen } = evidence;
    return { source, rule, at, activity, attention, seen, holds, lost: holds ? '' : lost || outweighed };
  });
  verdicts.sort((a, b) => Number(b.holds) - Number(a.holds) || b.at - a.at);
  return { asks, activity: by?.activity ?? 'unknown', by, verdicts };
}

/** When the judgement may change though nothing happens; null: never. */
export function judgeAgainAt(state: AttentionState, pulse: Pulse, now: number): number | null {
  const { hook, snoozedUntil } = state;
  const times = [
    snoozedUntil,
    hook?.activity === 'working' && !state.exit ? confirmedAt(hook, pulse) + STALE_MS : null,
  ].filter((at): at is number => at !== null && at > now);
  return times.length > 0 ? Math.min(...times) : null;
}

function evidenceOf(state: AttentionState, pulse: Pulse, now: number): Evidence[] {
  const { exit, hook, kernel, prompt, rang, answered } = state;
  const person: Evidence | null = answered && {
    source: 'person',
    rule: `person-${answered.by}`,
    at: answered.at,
    activity: 'unknown',
    attention: null,
    reason: '',
    line: '',
    seen: answered.by === 'typed' ? 'somebody typed' : 'somebody acknowledged it',
  };
  const ended = exit ? [] : pulses(pulse, now);
  return [exit, hook, kernel, prompt, rang, person, ...ended].filter((one) => one !== null);
}

/** What output and CPU show. */
function pulses({ printing, printedAt, cpuPercent }: Pulse, now: number): Evidence[] {
  const common = { attention: null, reason: '', line: '' } as const;
  const output: Evidence = {
    ...common,
    source: 'screen',
    rule: printing ? 'screen-printing' : 'screen-quiet',
    at: printedAt ?? 0,
    activity: printing ? 'working' : 'idle',
    seen: printing ? 'it prints' : 'it has been silent for a while',
  };
  const busy = cpuPercent !== null && cpuPercent >= BUSY_PERCENT;
  const cpu: Evidence = {
    ...common,
    source: 'cgroup',
    rule: busy ? 'cgroup-busy' : 'cgroup-idle',
    at: now,
    activity: busy ? 'working' : 'unknown',
    seen: `${Math.round(cpuPercent ?? 0)} % of a CPU`,
  };
  return [...(printedAt === null ? [] : [output]), ...(cpuPercent === null ? [] : [cpu])];
}

function against(
  evidence: Evidence,
  { state, pulse, now }: { state: AttentionState; pulse: Pulse; now: number },
): string {
  const { exit, hook, answered, promptGoneAt } = state;
  if (evidence.source === 'person') return 'it clears what was said before it';
  if (exit && evidence !== exit) return 'the session has ended';
  if (answered && answered.at >= evidence.at && evidence.attention !== null) {
    return answered.by === 'typed' ? 'answered: somebody typed after it' : 'somebody acknowledged it';
  }
  if (evidence === hook) {
    const asks = hook.attention === 'permission' || hook.attention === 'input';
    if (asks && promptGoneAt !== null && promptGoneAt > hook.at) return 'its prompt is gone from the screen';
    if (hook.activity === 'working' && now - confirmedAt(hook, pulse) >= STALE_MS) {
      return `stale: nothing has confirmed it for ${Math.round(STALE_MS / 60_000)} minutes`;
    }
    return '';
  }
  if (evidence.source === 'screen' && hook && evidence.attention !== null) {
    if (hook.at > evidence.at) return 'older than what the hook said';
    const fresh = hook.activity === 'working' && evidence.at - hook.at < FRESH_MS;
    if (fresh) return 'a fresh hook says that it works';
  }
  return '';
}

/** When the hook's word was last borne out. */
function confirmedAt(hook: Evidence, { printedAt }: Pulse): number {
  return Math.max(hook.at, printedAt ?? 0);
}

function byUrgency(a: Evidence, b: Evidence): number {
  return urgencyOf(a) - urgencyOf(b) || b.at - a.at;
}

function urgencyOf({ attention }: Evidence): number {
  return urgency(attention === null ? null : { kind: attention });
}

/** Words before signs: the end, a hook, a prompt; then output and CPU, of which work goes before idleness. */
function byWord(a: Evidence, b: Evidence): number {
  return rank(a) - rank(b) || b.at - a.at;
}

function rank({ source, rule, activity }: Evidence): number {
  if (source === 'exit') return 0;
  if (source === 'hook') return 1;
  if (rule === 'screen-prompt') return 2;
  return activity === 'working' ? 3 : 4;
}
