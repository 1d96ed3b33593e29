/**
 * Tokens of a tool's conversation, from the transcript that the tool itself keeps: JSON lines, one or
 * several for each answer of its model. Each answer counts once, however often its line is written. Pure.
 */
import { at, countAt, objectOf, textAt } from './hook-payloads/json.ts';

/** What one answer of a model used so far. */
export interface AnswerUsage {
  readonly id: string;
  /** Ms since the epoch; null where the line does not say. */
  readonly at: number | null;
  /** What was read anew: what came from the provider's cache is left out. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

type Counted = Pick<AnswerUsage, 'id' | 'inputTokens' | 'outputTokens'>;

/** How far a transcript has been counted. */
export interface TranscriptMark {
  /** Bytes. */
  readonly offset: number;
  /** The newest answers: their lines may come again, with more in them. */
  readonly answers: readonly Counted[];
}

/** By path, the one that was counted last at the end. */
export type TranscriptMarks = Readonly<Record<string, TranscriptMark>>;

/** A tool begins a new transcript now and then, and one for each of its helpers. */
const MOST_TRANSCRIPTS = 16;
const MOST_ANSWERS = 8;

/** Null: the line is of something else, or junk. */
export function answerUsage(line: string): AnswerUsage | null {
  // Most lines are of something else, and some of those are long.
  if (!line.includes('"usage"') && !line.includes('"tokens"')) return null;
  const entry = parsed(line);
  const when = Date.parse(textAt(entry, 'timestamp'));
  const common = { at: Number.isNaN(when) ? null : when };
  if (textAt(entry, 'type') === 'assistant') {
    const message = at(entry, 'message');
    const usage = objectOf(at(message, 'usage'));
    const id = textAt(message, 'id');
    if (!usage || !id) return null;
    const inputTokens = countAt(usage, 'input_tokens') + countAt(usage, 'cache_creation_input_tokens');
    return { ...common, id, inputTokens, outputTokens: countAt(usage, 'output_tokens') };
  }
  if (textAt(entry, 'type') !== 'gemini') return null;
  const tokens = objectOf(at(entry, 'tokens'));
  const id = textAt(entry, 'id');
  if (!tokens || !id) return null;
  const inputTokens = Math.max(0, countAt(tokens, 'input') - countAt(tokens, 'cached'));
  return {
    ...common,
    id,
    inputTokens,
    outputTokens: countAt(tokens, 'output') + countAt(tokens, 'thoughts'),
  };
}

/** What these answers add to the figures, and the marks after them. */
export function countTokens(
  marks: TranscriptMarks,
  { path, offset, answers }: { path: string; offset: number; answers: readonly AnswerUsage[] },
) {
  const known = new Map(marks[path]?.answers.map((answer) => [answer.id, answer]));
  const added = { inputTokens: 0, outputTokens: 0 };
  for (const { id, ...used } of answers) {
    const before = known.get(id);
    const inputTokens = Math.max(used.inputTokens, before?.inputTokens ?? 0);
    const outputTokens = Math.max(used.outputTokens, before?.outputTokens ?? 0);
    added.inputTokens += inputTokens - (before?.inputTokens ?? 0);
    added.outputTokens += outputTokens - (before?.outputTokens ?? 0);
    known.delete(id);
    known.set(id, { id, inputTokens, outputTokens });
  }
  const mark = { offset, answers: [...known.values()].slice(-MOST_ANSWERS) };
  const others = Object.entries(marks).filter(([other]) => other !== path);
  const kept = [...others, [path, mark] as const].slice(-MOST_TRANSCRIPTS);
  return { added, marks: Object.fromEntries(kept) as TranscriptMarks };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
