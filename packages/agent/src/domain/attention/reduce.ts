/** Evidence in, state and facts out: `(state, signal) -> state`, then `settle` says what is to be told. Pure. */
import type { AttentionSnapshot, ClearReason, ToolFigures } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import { oneLine } from '@berth/shared/domain/text';
import type { Ended } from '../session.ts';
import { type AttentionState, type Evidence, NOTHING_KNOWN, type Pulse } from './evidence.ts';
import type { HookReport, HookStatus } from './hook-report.ts';
import type { StandingPrompt } from './prompts.ts';
import { judge } from './rules.ts';
import type { ScreenSignal } from './scanner.ts';
import { type AnswerUsage, countTokens } from './token-count.ts';

export type Signal =
  | { readonly type: 'hook'; readonly at: number; readonly report: HookReport }
  /** `line`: the last line that was printed before it. */
  | { readonly type: 'screen'; readonly at: number; readonly line: string; readonly signal: ScreenSignal }
  /** What stands on a screen that has been still for a while; null: no prompt that is known. */
  | { readonly type: 'prompt'; readonly at: number; readonly prompt: StandingPrompt | null }
  /** A command of a shell ended after this time. */
  | {
      readonly type: 'commandEnded';
      readonly at: number;
      readonly ranMs: number;
      readonly exitCode: number | null;
      readonly line: string;
    }
  /** Of a transcript that its tool keeps, which has been read up to this byte. */
  | {
      readonly type: 'answers';
      readonly path: string;
      readonly offset: number;
      readonly answers: readonly AnswerUsage[];
    }
  | { readonly type: 'kernelKill'; readonly at: number; readonly kills: number }
  | { readonly type: 'answered'; readonly at: number; readonly by: 'typed' | 'acknowledged' }
  | { readonly type: 'snooze'; readonly until: number }
  /** The session begins again: what its life before said is over. */
  | { readonly type: 'restarted' }
  /** `watched`: somebody was typing into it as it ended. */
  | {
      readonly type: 'exit';
      readonly session: Pick<Ended, 'state' | 'detail' | 'endedAt' | 'exitCode'>;
      readonly line: string;
      readonly watched: boolean;
    };

/** A command of a shell that ran this long was not waited for. */
const LONG_COMMAND_MS = 30_000;
const NO_FIGURES: ToolFigures = { turns: 0, inputTokens: 0, outputTokens: 0, toolCalls: {}, subagents: 0 };

export function reduce(state: AttentionState, signal: Signal): AttentionState {
  switch (signal.type) {
    case 'hook':
      return withReport(state, signal.at, signal.report);
    case 'screen': {
      const rang = rungBy(signal);
      return rang ? { ...state, rang } : state;
    }
    case 'prompt':
      return withPrompt(state, signal.at, signal.prompt);
    case 'commandEnded': {
      if (signal.ranMs < LONG_COMMAND_MS) return state;
      const failed = signal.exitCode !== null && signal.exitCode !== 0;
      const rang: Evidence = {
        source: 'screen',
        rule: 'screen-command',
        at: signal.at,
        activity: 'idle',
        attention: failed ? 'error' : 'done',
        reason: failed ? `a command ended with exit code ${signal.exitCode}` : 'a command has finished',
        line: signal.line,
        seen: `OSC 133: a command ended after ${Math.round(signal.ranMs / 1000)} s`,
      };
      return { ...state, rang };
    }
    case 'answers': {
      const { added, marks } = countTokens(state.transcripts, signal);
      const told = added.inputTokens > 0 || added.outputTokens > 0;
      const figures = told ? sum(state.figures ?? NO_FIGURES, added) : state.figures;
      return { ...state, figures, transcripts: marks };
    }
    case 'kernelKill': {
      const what = signal.kills === 1 ? 'a process' : `${signal.kills} processes`;
      const kernel: Evidence = {
        source: 'cgroup',
        rule: 'cgroup-oom',
        at: signal.at,
        activity: 'unknown',
        attention: 'error',
        reason: `the kernel ended ${what} of it for memory`,
        line: '',
        seen: `${signal.kills} oom kills`,
      };
      return { ...state, kernel };
    }
    case 'answered':
      return { ...state, answered: { at: signal.at, by: signal.by } };
    case 'snooze':
      return { ...state, snoozedUntil: signal.until };
    case 'restarted': {
      const { standing, activity, snoozedUntil, figures, transcripts, scanned } = state;
      return { ...NOTHING_KNOWN, standing, activity, snoozedUntil, figures, transcripts, scanned };
    }
    case 'exit':
      return { ...state, ...ended(signal) };
  }
}

function withReport(state: AttentionState, at: number, report: HookReport): AttentionState {
  const figures = report.figures ? sum(state.figures ?? NO_FIGURES, report.figures) : state.figures;
  const known = { ...state, figures };
  // Files may be read late, or once more after a restart: an older word is no news.
  if (report.status === null || (state.hook && at < state.hook.at)) return known;
  const said = state.hook?.rule;
  if (report.echoOf?.some((status) => said === `hook-${status}`)) return known;
  const hook: Evidence = {
    source: 'hook',
    rule: `hook-${report.status}`,
    at,
    ...HOOK_MEANS[report.status],
    reason: oneLine(report.message) || HOOK_REASONS[report.status],
    line: oneLine(report.line),
    seen: oneLine(report.seen),
  };
  return { ...known, hook };
}

/** Never below nothing: the end of what began before the agent looked is no debt. */
function sum(figures: ToolFigures, more: Partial<ToolFigures>): ToolFigures {
  const toolCalls = { ...figures.toolCalls };
  for (const [tool, calls] of Object.entries(more.toolCalls ?? {})) {
    toolCalls[tool] = (toolCalls[tool] ?? 0) + calls;
  }
  return {
    turns: figures.turns + (more.turns ?? 0),
    inputTokens: figures.inputTokens + (more.inputTokens ?? 0),
    outputTokens: figures.outputTokens + (more.outputTokens ?? 0),
    toolCalls,
    subagents: Math.max(0, figures.subagents + (more.subagents ?? 0)),
  };
}

const HOOK_MEANS: Record<HookStatus, Pick<Evidence, 'activity' | 'attention'>> = {
  permission: { activity: 'waiting', attention: 'permission' },
  waiting: { activity: 'waiting', attention: 'input' },
  working: { activity: 'working', attention: null },
  error: { activity: 'idle', attention: 'error' },
  idle: { activity: 'idle', attention: null },
  stopped: { activity: 'idle', attention: null },
  done: { activity: 'idle', attention: 'done' },
};

const HOOK_REASONS: Record<HookStatus, string> = {
  permission: 'asks for permission',
  waiting: 'waits for an answer',
  working: 'works',
  error: 'something failed',
  idle: 'is idle',
  stopped: 'was stopped',
  done: 'has finished',
};

function rungBy({ at, line, signal }: Extract<Signal, { type: 'screen' }>): Evidence | null {
  const common = { source: 'screen', at } as const;
  switch (signal.type) {
    case 'bell':
      return {
        ...common,
        rule: 'screen-bell',
        activity: 'unknown',
        attention: 'bell',
        reason: 'it rang',
        line,
        seen: 'BEL',
      };
    case 'notification': {
      const text = oneLine(signal.text).slice(0, 500);
      return {
        ...common,
        rule: `screen-osc${signal.protocol}`,
        activity: 'waiting',
        attention: 'input',
        reason: text || 'it sent a notification',
        line: line || text,
        seen: `OSC ${signal.protocol}: ${text}`,
      };
    }
    case 'prompt':
    case 'command':
    case 'commandEnded':
      return null;
  }
}

function withPrompt(state: AttentionState, at: number, prompt: StandingPrompt | null): AttentionState {
  const before = state.prompt;
  if (!prompt) return before ? { ...state, prompt: null, promptGoneAt: at } : state;
  // The same prompt, still there (a program that repaints its screen asks nothing new).
  if (before && before.line === prompt.line && before.context === prompt.context) return state;
  const evidence = {
    source: 'screen',
    rule: 'screen-prompt',
    at,
    activity: 'waiting',
    attention: prompt.kind,
    reason: prompt.reason,
    line: prompt.line,
    seen: `stands still: ${prompt.line}`,
    context: prompt.context,
  } as const;
  return { ...state, prompt: evidence };
}

function ended({ session, line, watched }: Extract<Signal, { type: 'exit' }>) {
  const exit: Evidence = {
    source: 'exit',
    rule: `exit-${session.state}`,
    at: session.endedAt,
    activity: 'unknown',
    attention: session.state === 'killed' ? null : session.state === 'completed' ? 'done' : 'error',
    reason: session.state === 'completed' ? 'has finished' : session.detail || session.state,
    line,
    seen: session.exitCode === null ? session.state : `exit code ${session.exitCode}`,
  };
  const answered = { at: session.endedAt, by: 'typed' } as const;
  return watched ? { exit, answered } : { exit };
}

/** What became of the state, and what is to be told of it, in order. */
export interface Settled {
  readonly state: AttentionState;
  readonly facts: readonly Fact[];
}

/** `nextEvent`: the number that the first of the facts will have. */
export function settle(
  state: AttentionState,
  { pulse, now, nextEvent }: { pulse: Pulse; now: number; nextEvent: number },
): Settled {
  const { asks, activity, by } = judge(state, pulse, now);
  const facts: Fact[] = [];
  const before = state.standing;
  let standing: AttentionSnapshot | null = before;
  if (before && !(asks && isSame(before, asks))) {
    facts.push({
      type: 'attentionCleared',
      kind: before.kind,
      raised: before.event,
      reason: whyCleared(before, asks, state),
    });
    standing = null;
  }
  const snoozeOver = state.snoozedUntil !== null && state.snoozedUntil <= now;
  const snoozedUntil = snoozeOver ? null : state.snoozedUntil;
  if (asks && (!standing || snoozeOver)) {
    const { reason, line, source, at, attention } = asks;
    const event = nextEvent + facts.length;
    const since = standing?.since ?? at;
    standing = { kind: attention ?? 'bell', reason, line, source, since, event, snoozedUntil };
    facts.push({ type: 'attentionRaised', attention: standing });
  }
  if (standing && standing.snoozedUntil !== snoozedUntil) standing = { ...standing, snoozedUntil };
  if (activity !== state.activity && !state.exit) {
    const [source, message] = [by?.source ?? 'screen', by?.reason ?? ''] as const;
    facts.push({ type: 'activityChanged', activity, source, message });
  }
  return { state: { ...state, standing, activity: state.exit ? 'unknown' : activity, snoozedUntil }, facts };
}

/**
 * One attention stands until its kind changes, or a hook asks something else. A tool that says that it
 * has finished, or failed, and then ends by itself, has done so once.
 */
function isSame(standing: AttentionSnapshot, asks: Evidence): boolean {
  if (standing.kind !== asks.attention) return false;
  if (asks.source === 'exit') return standing.source === 'exit' || standing.source === 'hook';
  if (standing.source === 'exit') return false;
  return asks.source !== 'hook' || standing.source !== 'hook' || standing.reason === asks.reason;
}

function whyCleared(before: AttentionSnapshot, asks: Evidence | null, state: AttentionState): ClearReason {
  const { answered, exit } = state;
  if (asks) return 'replaced';
  if (answered && answered.at >= before.since) return answered.by;
  return exit ? 'ended' : 'went-on';
}
