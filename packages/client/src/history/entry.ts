/**
 * The history of starts as text: one JSON object a line, oldest first. Pure. A line that is torn, or of
 * somebody else, is skipped; it keeps its number, so that those of the others stay.
 */
import { Buffer } from 'node:buffer';

export const OUTCOMES = ['started', 'queued', 'partly', 'failed', 'interrupted'] as const;
/** `partly`: of several sessions some could not be started. `interrupted`: nobody knows here. */
export type Outcome = (typeof OUTCOMES)[number];

export interface NotedSession {
  readonly id: string;
  readonly name: string;
  readonly host: string;
}

export interface StartEntry {
  /** Random: a line that was written twice counts once. */
  readonly id: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** Where it was run; empty where that made no difference. */
  readonly directory: string;
  /** As words of the command line. */
  readonly flags: readonly string[];
  readonly prompts: readonly string[];
  /** What stood after `--`; null if there was none. */
  readonly command: readonly string[] | null;
  /** What was given and is not kept: `--env NAME`, `PROMPT`, `ARGV`, `--FLAG`. */
  readonly withheld: readonly string[];
  readonly outcome: Outcome;
  /** Of a BerthError; null unless something failed. */
  readonly reason: string | null;
  readonly sessions: readonly NotedSession[];
}

export type NumberedStart = StartEntry & { readonly number: number };

/** How many starts are kept, and how many bytes of them at most. */
const KEPT = { starts: 1000, bytes: 4 * 2 ** 20 };
/** Trimmed is what has grown so far beyond that: not at each start. */
const SLACK = 1.25;
/** A line of more bytes is not kept as it is. */
export const LONGEST_BYTES = 256 * 2 ** 10;

/** One line, with its newline. */
export function encodeEntry(entry: StartEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Those that can be read, oldest first, by their numbers, which begin at 1. */
export function decodeHistory(text: string): NumberedStart[] {
  const { before, lines } = parts(text);
  const seen = new Set<string>();
  const found: NumberedStart[] = [];
  for (const [i, line] of lines.entries()) {
    const entry = decodeEntry(line);
    if (entry === null || seen.has(entry.id)) continue;
    seen.add(entry.id);
    found.push({ ...entry, number: before + i + 1 });
  }
  return found.slice(-KEPT.starts);
}

/** The newest of `text`, which are to take its place; null where it is not yet worth it. */
export function trimmedHistory(text: string): string | null {
  const { before, lines } = parts(text);
  if (lines.length <= KEPT.starts * SLACK && Buffer.byteLength(text) <= KEPT.bytes * SLACK) return null;
  let from = lines.length;
  let bytes = 0;
  while (from > 0 && lines.length - from < KEPT.starts) {
    bytes += Buffer.byteLength(lines[from - 1] ?? '') + 1;
    if (bytes > KEPT.bytes) break;
    from -= 1;
  }
  const head = JSON.stringify({ before: before + from });
  return [head, ...lines.slice(from)].map((line) => `${line}\n`).join('');
}

/** `before`: how many lines went before the first that is there; its own line says so. */
function parts(text: string): { before: number; lines: string[] } {
  const lines = text.split('\n').filter((line) => line !== '');
  const { before } = (parsed(lines[0] ?? '') ?? {}) as { before?: unknown };
  if (!Number.isSafeInteger(before) || Number(before) < 0) return { before: 0, lines };
  return { before: Number(before), lines: lines.slice(1) };
}

function decodeEntry(line: string): StartEntry | null {
  const { id, at, directory, flags, prompts, command, withheld, outcome, reason, sessions } = (parsed(line) ??
    {}) as Record<keyof StartEntry, unknown>;
  const known = OUTCOMES.find((one) => one === outcome);
  const texts = [flags, prompts, withheld, command ?? []];
  if (typeof id !== 'string' || typeof at !== 'number' || !Number.isSafeInteger(at)) return null;
  if (typeof directory !== 'string' || !known || !texts.every(areTexts) || !areSessions(sessions))
    return null;
  return {
    ...{ id, at, directory, outcome: known, sessions },
    flags: flags as string[],
    prompts: prompts as string[],
    command: (command ?? null) as string[] | null,
    withheld: withheld as string[],
    reason: typeof reason === 'string' ? reason : null,
  };
}

function parsed(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function areSessions(value: unknown): value is NotedSession[] {
  const isSession = (one: Partial<NotedSession> | null) => areTexts([one?.id, one?.name, one?.host]);
  return Array.isArray(value) && value.every(isSession);
}
