/** What a session wants of a person, in the words that both sides use. */
import { oneLine } from './text.ts';

/** Most urgent first. */
export const ATTENTION_KINDS = ['permission', 'input', 'error', 'done', 'bell'] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** What a session's tool is doing; `unknown` where nobody said and nothing shows it. */
export const ACTIVITIES = ['unknown', 'working', 'waiting', 'idle'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Where a piece of evidence comes from. */
export const EVIDENCE_SOURCES = ['hook', 'screen', 'cgroup', 'exit', 'person'] as const;
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** A session asks for a person. Times in ms since the epoch. */
export interface AttentionSnapshot {
  readonly kind: AttentionKind;
  /** One line for people. */
  readonly reason: string;
  /** The line that shows it; empty where there is none. */
  readonly line: string;
  readonly source: EvidenceSource;
  readonly since: number;
  /** Number of the event that raised it, for as long as it stands. */
  readonly event: number;
  /** While it lies in the future nobody is to be told. */
  readonly snoozedUntil: number | null;
}

/** What a tool tells of its own work. */
export interface ToolFigures {
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly toolCalls: Readonly<Record<string, number>>;
  /** Helpers of its own that run now. */
  readonly subagents: number;
}

/** What one source last said of a session, and whether it holds. */
export interface Verdict {
  readonly source: EvidenceSource;
  /** Name of the rule, as docs/attention.md has it. */
  readonly rule: string;
  readonly at: number;
  readonly activity: Activity;
  readonly attention: AttentionKind | null;
  readonly seen: string;
  readonly holds: boolean;
  /** Why it does not hold; empty where it does. */
  readonly lost: string;
}

export type ClearReason = 'typed' | 'acknowledged' | 'went-on' | 'replaced' | 'ended';
export const CLEAR_REASONS: readonly ClearReason[] = [
  'typed',
  'acknowledged',
  'went-on',
  'replaced',
  'ended',
];

/** `wants to run Bash — rm -rf build`: one safe line, which says nothing twice; may be empty. */
export function wordsOf(attention: Pick<AttentionSnapshot, 'reason' | 'line'>): string {
  const [reason, line] = [oneLine(attention.reason), oneLine(attention.line)];
  return reason.includes(line) ? reason : [reason, line].filter(Boolean).join(' — ');
}

/** For sorting: the more urgent kind first; no attention comes last. */
export function urgency(attention: Pick<AttentionSnapshot, 'kind'> | null): number {
  return attention ? ATTENTION_KINDS.indexOf(attention.kind) : ATTENTION_KINDS.length;
}

export function isSnoozed(attention: Pick<AttentionSnapshot, 'snoozedUntil'>, now: number): boolean {
  return attention.snoozedUntil !== null && attention.snoozedUntil > now;
}
