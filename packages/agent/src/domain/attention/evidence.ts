/** What is known of one session's attention: the evidence, and what has been told. Times in ms since the epoch. */
import type {
  Activity,
  AttentionKind,
  AttentionSnapshot,
  EvidenceSource,
  ToolFigures,
} from '@berth/shared/domain/attention';
import type { TranscriptMarks } from './token-count.ts';

/** What one source last said. */
export interface Evidence {
  readonly source: EvidenceSource;
  /** Name of the rule in docs/attention.md. */
  readonly rule: string;
  readonly at: number;
  readonly activity: Activity;
  readonly attention: AttentionKind | null;
  /** For people; one line. */
  readonly reason: string;
  readonly line: string;
  /** What was seen, for `berth explain`. */
  readonly seen: string;
}

/** Somebody typed into the session, or said that it was seen. */
export interface Answered {
  readonly at: number;
  readonly by: 'typed' | 'acknowledged';
}

/** A prompt on the screen, told from another one of the same words by what stands above it. */
export interface PromptEvidence extends Evidence {
  readonly context: string;
}

/** Kept in the journal as JSON. */
export interface AttentionState {
  /** One for each source that can speak; null: it never did. */
  readonly hook: Evidence | null;
  /** A bell, a notification, or the end of a long command. */
  readonly rang: Evidence | null;
  readonly prompt: PromptEvidence | null;
  /** The kernel ended a process of it. */
  readonly kernel: Evidence | null;
  readonly exit: Evidence | null;
  readonly answered: Answered | null;
  /** A prompt that had stood on the screen since is gone: what the hook asked has been answered. */
  readonly promptGoneAt: number | null;
  /** As it was told. */
  readonly standing: AttentionSnapshot | null;
  readonly activity: Activity;
  readonly snoozedUntil: number | null;
  readonly figures: ToolFigures | null;
  /** As it was told: whether the session prints. */
  readonly printing: boolean;
  /** How far the transcripts of its tool are in the figures. */
  readonly transcripts: TranscriptMarks;
  /** The transcript has been looked through up to here; -1: nothing that came before is news. */
  readonly scanned: number;
}

export const NOTHING_KNOWN: AttentionState = {
  hook: null,
  rang: null,
  prompt: null,
  kernel: null,
  exit: null,
  answered: null,
  promptGoneAt: null,
  standing: null,
  activity: 'unknown',
  snoozedUntil: null,
  figures: null,
  printing: false,
  transcripts: {},
  scanned: 0,
};

/** What moves by itself and is not kept: whether the session does something now. */
export interface Pulse {
  /** It prints: toggled in coarse steps. */
  readonly printing: boolean;
  /** When it last printed; null: not since the agent started. */
  readonly printedAt: number | null;
  /** Percent of one CPU; null where that is not looked at. */
  readonly cpuPercent: number | null;
}

export const NO_PULSE: Pulse = { printing: false, printedAt: null, cpuPercent: null };
