/** How `berth snooze` is told for how long: `30m`, `until 09:00`. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';

export interface Snooze {
  /** The words before the time. */
  readonly sessions: readonly string[];
  /** Ms since the epoch. */
  readonly until: number;
}

/** Throws USAGE where the last words are no time in the future. */
export function parseSnooze(words: readonly string[], now: number): Snooze {
  const last = words.at(-1) ?? '';
  const hint = 'write 30m, 2h, 1h30m, or until 09:00; --off ends it';
  if (words.at(-2) === 'until') {
    const until = nextTimeOfDay(last, now);
    if (until !== null) return { sessions: words.slice(0, -2), until };
    throw new BerthError('USAGE', `cannot snooze until ${last}: it takes a time of day`, { hint });
  }
  const ms = parseDuration(last);
  if (ms === null || ms <= 0) {
    const what = words.length < 2 ? 'berth snooze needs a session, and for how long' : '';
    throw new BerthError('USAGE', what || `cannot snooze for ${last}: it takes a span of time above 0`, {
      hint,
    });
  }
  return { sessions: words.slice(0, -1), until: now + ms };
}

/** When the clock shows this next, by local time; null if it is no time of day. */
export function nextTimeOfDay(text: string, now: number): number | null {
  const found = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!found) return null;
  const at = new Date(now);
  at.setHours(Number(found[1]), Number(found[2]), 0, 0);
  // Not a day of 24 hours, where the clocks are changed.
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
