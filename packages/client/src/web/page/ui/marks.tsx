/** How sessions and their figures look everywhere. */
import type { SessionRow } from '../../protocol.ts';
import { type Attention, asking } from '../state/session-order.ts';
import { ATTENTION_WORDS, memoryPart, memoryWords, stateWords, toneOf } from '../state/words.ts';

/** One dot: its shape and colour tell the state, the ring that somebody is asked for. */
export function StateDot({ row, now }: { row: SessionRow; now: number }) {
  const attention = asking(row, now);
  const tone = attention ? `ask ${attention.kind}` : toneOf(row);
  return <span className={`dot ${tone}`} aria-hidden="true" />;
}

export function StateBadge({ row }: { row: SessionRow }) {
  return <span className={`badge ${toneOf(row)}`}>{stateWords(row)}</span>;
}

export function AttentionBadge({ attention }: { attention: Attention }) {
  return <span className={`badge ask ${attention.kind}`}>{ATTENTION_WORDS[attention.kind]}</span>;
}

/** `part`: 0 to 1. */
export function Bar({ part, label, tone = '' }: { part: number; label: string; tone?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no browser lets a <meter> be drawn alike
    <span
      className={`bar ${tone || (percent >= 90 ? 'high' : percent >= 75 ? 'warm' : '')}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}

export function MemoryMeter({ row }: { row: SessionRow }) {
  const part = memoryPart(row);
  if (part === null) return null;
  const words = memoryWords(row.memory_used_bytes, row.memory_bytes);
  return (
    <span className="memory" title={`Memory: ${words}`}>
      <Bar part={part} label={`Memory used: ${words}`} />
      <span>{words}</span>
    </span>
  );
}
