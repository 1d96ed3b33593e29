/**
 * What to do next for a session: `(recorded, observed, now) -> steps`. Pure. Normal work and
 * recovery after a crash run through this same function, so it never relies on what the agent
 * remembers doing, only on what can be seen.
 */
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { Active, End, MemoryStory, Queued, Session, SessionEvent } from './session.ts';
import { neverLeftTheLine } from './session-queued.ts';

/** What was seen of a session, the exit record last (so that "no record" is true of a dead terminal). */
export interface Observed {
  readonly unit: 'alive' | 'gone';
  /** The machine was booted anew since the session began. */
  readonly rebooted: boolean;
  /** The boot of the machine that this was seen in. */
  readonly bootId: string;
  /** The wrapper began: it consumed the environment it was given. */
  readonly begun: boolean;
  readonly terminal: 'none' | 'open' | 'dead';
  /** tmux's word on a dead terminal. */
  readonly deadStatus: number | null;
  readonly exit: ExitSeen | null;
  readonly outOfMemory: boolean;
  readonly memoryPeakBytes: number | null;
  readonly memoryLimitBytes: number | null;
  readonly oomKills: number;
  /** Whether the kernel keeps it within its slot. */
  readonly enforcement: Enforcement;
  /** All that is to stand still in a suspended session does; looked at only where that was asked for. */
  readonly frozen: boolean;
}

export interface ExitSeen {
  readonly exitCode: number;
  readonly endedAt: number;
  /** Everything of the session was told to end, from outside. */
  readonly stopped: boolean;
  /** What was to run before its program failed, with this exit code. */
  readonly unprepared?: boolean;
}

/** One thing to do. The lane runs them in order and then looks again. */
export type Step =
  /** Start the unit and open the terminal. */
  | { readonly do: 'launch' }
  /** Lay out again what a launch consumes: the machine was booted anew. */
  | { readonly do: 'restage' }
  /** Remove what was laid out for a start that will not come. */
  | { readonly do: 'unstage' }
  /** Stop its processes, all but what serves its terminal. */
  | { readonly do: 'freeze' }
  /** Let them go on. */
  | { readonly do: 'thaw' }
  /** Ask the program to end. Sent once per life of the agent; again after a restart does no harm. */
  | { readonly do: 'signal'; readonly signal: string }
  /** Wait (at most this long) until the transcript is whole, then cut the end marker. */
  | { readonly do: 'drain'; readonly timeoutMs: number }
  /** SIGKILL whatever is left of the unit. */
  | { readonly do: 'stop' }
  /** Commit an event. */
  | { readonly do: 'record'; readonly event: SessionEvent }
  /** Look again at this time, ms since the epoch. */
  | { readonly do: 'wait'; readonly until: number };

/** Exit code of a program that SIGKILL ended. */
const FORCED = 137;
/** Those of what SIGTERM and SIGHUP ended. */
const DOWN = [143, 129];
/** How long the last output may take from the terminal to the transcript. */
const DRAIN_MS = 5000;
/** A host that goes down takes the agent along within this time of the first session. */
const SHUTDOWN_MS = 15_000;

/** Steps for now; none means: wait for news. */
export function plan(session: Session, observed: Observed, now: number): Step[] {
  switch (session.state) {
    case 'queued':
      // Nothing of it ran: what is not there any more was lost, and no wrapper took it.
      return observed.rebooted || observed.begun ? laidOutAnew(session, observed, now) : [];
    case 'reserved':
      if (now >= session.reservedUntil) return [record({ type: 'expire', at: now })];
      return [{ do: 'wait', until: session.reservedUntil }];
    case 'completed':
    case 'failed':
    case 'killed':
    case 'lost':
    case 'expired':
      if (observed.unit === 'alive') return [{ do: 'stop' }];
      return 'exitCode' in session && neverLeftTheLine(session) && !observed.begun ? [{ do: 'unstage' }] : [];
    case 'starting':
    case 'running':
    case 'suspended':
      break;
  }

  if (observed.exit && !session.intent) {
    const { stopped, exitCode, endedAt } = observed.exit;
    // On the way down the wrapper may be told a moment after its program.
    if (observed.rebooted && (stopped || DOWN.includes(exitCode))) return rebooted(session, observed, now);
    // If the host goes down, the next boot finds a session that ran until then.
    if (stopped && now < endedAt + SHUTDOWN_MS) return [{ do: 'wait', until: endedAt + SHUTDOWN_MS }];
  }
  if (observed.exit) {
    // It ended before it was seen to run.
    if (session.state === 'starting') return [launched(observed, Math.min(now, observed.exit.endedAt))];
    // The slot is freed by the end of the unit, not by the word of the wrapper.
    if (observed.unit === 'alive') {
      // The kernel forgets with the unit what it knows of its memory.
      const tell = !session.memory && (observed.memoryPeakBytes !== null || observed.oomKills > 0);
      if (tell) return [record({ type: 'measured', memory: storyOf(observed) })];
      return [{ do: 'drain', timeoutMs: DRAIN_MS }, { do: 'stop' }];
    }
    return [{ do: 'drain', timeoutMs: 0 }, ended(observed, { ...observed.exit, at: observed.exit.endedAt })];
  }
  if (observed.unit === 'gone') {
    if (observed.rebooted) return rebooted(session, observed, now);
    if (session.state === 'starting' && !observed.begun) {
      if (session.intent) return [ended(observed, { at: now, exitCode: null })];
      return [{ do: 'launch' }];
    }
    return [
      { do: 'drain', timeoutMs: 0 },
      ended(observed, { at: now, exitCode: session.intent ? FORCED : null }),
    ];
  }

  // The unit lives and nothing recorded an end.
  if (observed.terminal === 'dead') {
    return [
      { do: 'drain', timeoutMs: 300 },
      { do: 'stop' },
      ended(observed, { at: now, exitCode: observed.deadStatus }),
    ];
  }
  if (observed.terminal === 'none') {
    if (session.state === 'starting' && !observed.begun && !session.intent) {
      return [{ do: 'launch' }];
    }
    return [{ do: 'stop' }];
  }
  if (session.state === 'starting') return [launched(observed, now)];
  const { suspension } = session;
  if (suspension && (!suspension.wanted || session.intent)) {
    // Also where it was not seen to stand still: some of it may. What is stopped cannot end by a signal.
    return [{ do: 'thaw' }, record({ type: 'thawed' })];
  }
  if (session.intent) {
    const until = session.intent.requestedAt + session.intent.graceMs;
    const asked = now < until;
    if (now >= until + DRAIN_MS) return [{ do: 'stop' }];
    // The program alone is killed first: the wrapper lives to record the end, and nothing that
    // was printed is lost on the way to the transcript.
    return [
      { do: 'signal', signal: asked ? session.intent.signal : 'KILL' },
      { do: 'wait', until: asked ? until : until + DRAIN_MS },
    ];
  }
  const until = session.spec.timeoutMs === null ? null : session.startedAt + session.spec.timeoutMs;
  if (until !== null && now >= until) {
    const intent = {
      kind: 'timeout',
      requestedAt: now,
      graceMs: 10_000,
      signal: session.spec.stopSignal,
    } as const;
    return [record({ type: 'endRequested', intent })];
  }
  if (suspension && !observed.frozen) return [{ do: 'freeze' }];
  if (suspension && session.state === 'running') return [record({ type: 'frozen' })];
  return until === null ? [] : [{ do: 'wait', until }];
}

/** A session in line, after what was laid out for its start is gone with the memory of the host. */
function laidOutAnew(session: Queued, observed: Observed, now: number): Step[] {
  const names = session.spec.envNames;
  if (names.length === 0) {
    return [{ do: 'restage' }, record({ type: 'restaged', bootId: observed.bootId })];
  }
  const why = observed.rebooted ? 'the host was booted anew' : 'its files went away';
  const detail = `${why} while it waited in line, and its variables (${names.join(', ')}) were in memory only`;
  return [record({ type: 'startFailed', at: now, detail })];
}

function rebooted(session: Active, observed: Observed, now: number): Step[] {
  // What never began has no transcript to be whole.
  const drain: Step[] = observed.begun ? [{ do: 'drain', timeoutMs: 0 }] : [];
  if (session.spec.restart === 'never' || session.intent) {
    return [...drain, record({ type: 'rebooted', at: now })];
  }
  // Staged first: what is recorded as starting and was never staged would count as begun.
  return [...drain, { do: 'restage' }, record({ type: 'restarted', bootId: observed.bootId })];
}

function ended(observed: Observed, { at, exitCode, unprepared }: Omit<End, keyof MemoryStory>): Step {
  const end = { at, exitCode, ...(unprepared ? { unprepared } : {}), ...storyOf(observed) };
  return record({ type: 'ended', end });
}

function storyOf({ outOfMemory, memoryPeakBytes, memoryLimitBytes, oomKills }: Observed): MemoryStory {
  const limit = memoryLimitBytes === null ? {} : { limitBytes: memoryLimitBytes };
  return { outOfMemory, memoryPeakBytes, oomKills, ...limit };
}

function launched({ enforcement }: Observed, at: number): Step {
  return record({ type: 'launched', at, enforcement });
}

function record(event: SessionEvent): Step {
  return { do: 'record', event };
}
