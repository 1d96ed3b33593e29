/** Attention, activity and what explains them <-> their messages. */
import {
  ACTIVITIES,
  type Activity,
  ATTENTION_KINDS,
  type AttentionKind,
  type AttentionSnapshot,
  EVIDENCE_SOURCES,
  type EvidenceSource,
  type ToolFigures,
  type Verdict,
} from '../domain/attention.ts';
import type { Verdict as WireVerdict } from '../gen/berth/v1/attention.ts';
import {
  Activity as WireActivity,
  Attention as WireAttention,
  type ToolFigures as WireFigures,
  AttentionKind as WireKind,
  EvidenceSource as WireSource,
} from '../gen/berth/v1/common.ts';
import { fromDate, toBytes, toDate } from './scalar.ts';

export function encodeAttention(attention: AttentionSnapshot): WireAttention {
  return WireAttention.fromPartial({
    kind: encodeKind(attention.kind),
    reason: attention.reason,
    line: attention.line,
    source: encodeSource(attention.source),
    since: new Date(attention.since),
    event: BigInt(attention.event),
    snoozedUntil: toDate(attention.snoozedUntil),
  });
}

export function decodeAttention(attention: WireAttention): AttentionSnapshot {
  return {
    // One from a newer agent that this version does not know is at least a bell.
    kind: decodeKind(attention.kind) ?? 'bell',
    reason: attention.reason,
    line: attention.line,
    source: decodeSource(attention.source),
    since: fromDate(attention.since) ?? 0,
    event: toBytes(attention.event),
    snoozedUntil: fromDate(attention.snoozedUntil),
  };
}

export function encodeVerdict(verdict: Verdict): WireVerdict {
  const { source, at, activity, attention, ...rest } = verdict;
  return {
    ...rest,
    source: encodeSource(source),
    at: new Date(at),
    activity: encodeActivity(activity),
    attention: attention === null ? WireKind.UNSPECIFIED : encodeKind(attention),
  };
}

export function decodeVerdict(verdict: WireVerdict): Verdict {
  const { source, at, activity, attention, ...rest } = verdict;
  return {
    ...rest,
    source: decodeSource(source),
    at: fromDate(at) ?? 0,
    activity: decodeActivity(activity),
    attention: decodeKind(attention),
  };
}

export function encodeFigures(figures: ToolFigures): WireFigures {
  return {
    turns: figures.turns,
    inputTokens: BigInt(figures.inputTokens),
    outputTokens: BigInt(figures.outputTokens),
    toolCalls: { ...figures.toolCalls },
    subagents: figures.subagents,
  };
}

export function decodeFigures(figures: WireFigures): ToolFigures {
  const { inputTokens, outputTokens, ...rest } = figures;
  return { ...rest, inputTokens: toBytes(inputTokens), outputTokens: toBytes(outputTokens) };
}

export function encodeKind(kind: AttentionKind): WireKind {
  return WireKind[upper(kind)];
}

/** Null for none, and for one that this version does not know. */
export function decodeKind(kind: WireKind): AttentionKind | null {
  return ATTENTION_KINDS.find((known) => WireKind[upper(known)] === kind) ?? null;
}

export function encodeActivity(activity: Activity): WireActivity {
  return activity === 'unknown' ? WireActivity.UNSPECIFIED : WireActivity[upper(activity)];
}

export function decodeActivity(activity: WireActivity): Activity {
  return ACTIVITIES.find((known) => encodeActivity(known) === activity) ?? 'unknown';
}

export function encodeSource(source: EvidenceSource): WireSource {
  return WireSource[upper(source)];
}

export function decodeSource(source: WireSource): EvidenceSource {
  return EVIDENCE_SOURCES.find((known) => WireSource[upper(known)] === source) ?? 'screen';
}

function upper<T extends string>(text: T): Uppercase<T> {
  return text.toUpperCase() as Uppercase<T>;
}
