/** A session's attention in words. Pure. */
import { type AttentionSnapshot, isSnoozed, wordsOf } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';

/** `permission for 3m: wants to run make — Proceed? (snoozed for 20m)`. One safe line. */
export function attentionText(attention: AttentionSnapshot, now: number): string {
  const { kind, since, snoozedUntil } = attention;
  const why = wordsOf(attention);
  const left = snoozedUntil !== null && isSnoozed(attention, now) ? snoozedUntil - now : 0;
  const snoozed = left > 0 ? ` (snoozed for ${formatAge(left)})` : '';
  return `${kind} for ${formatAge(now - since)}${why ? `: ${why}` : ''}${snoozed}`;
}
