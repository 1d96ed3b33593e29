/** Values of flags: text -> numbers, spans, amounts, pairs. Each throws USAGE naming its flag. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';
import { MAX_SLOT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory, parseMemory } from '@berth/shared/domain/memory';
import { SESSION_STATUSES } from '@berth/shared/domain/session-state';
import { nearest } from '../fleet/nearest.ts';

export function wholeNumber(flag: string, text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new BerthError('USAGE', `${flag} cannot be ${text}: it takes a whole number, 0 or more`);
}

/** Ms. */
export function span(flag: string, text: string, options: { atLeast?: number } = {}): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= (options.atLeast ?? 0)) return ms;
  const above = options.atLeast ? ' above 0' : '';
  throw new BerthError('USAGE', `${flag} cannot be ${text}: it takes a span of time${above}`, {
    hint: 'write 90s, 30m, 2h or 1h30m',
  });
}

/** Bytes. */
export function memory(flag: string, text: string): number {
  const bytes = parseMemory(text);
  if (bytes !== null && bytes <= MAX_SLOT_BYTES) return bytes;
  const most = formatMemory(MAX_SLOT_BYTES);
  throw new BerthError(
    'MEMORY_INVALID',
    `${flag} cannot be ${text}: it takes an amount of memory above 0, at most ${most}`,
  );
}

/** `k=v` pairs; null where a bare `k` is allowed and was given. */
export function pairs(flag: string, texts: readonly string[], options: { bare: boolean }) {
  const result: Record<string, string | null> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals === 0 || (equals < 0 && !options.bare)) {
      throw new BerthError('USAGE', `${flag} cannot be ${text}: it takes KEY=VALUE`);
    }
    result[equals < 0 ? text : text.slice(0, equals)] = equals < 0 ? null : text.slice(equals + 1);
  }
  return result;
}

/** `running,failed` -> the statuses. */
export function statuses(flag: string, texts: readonly string[]): string[] {
  const words = texts
    .flatMap((text) => text.split(','))
    .map((word) => word.trim())
    .filter(Boolean);
  const known: readonly string[] = SESSION_STATUSES;
  const bad = words.find((word) => !known.includes(word));
  if (!bad) return words;
  const close = nearest(bad, known);
  throw new BerthError('USAGE', `${flag} cannot be ${bad}: it is one of ${known.join(', ')}`, {
    ...(close ? { hint: `did you mean ${close}?` } : {}),
  });
}
