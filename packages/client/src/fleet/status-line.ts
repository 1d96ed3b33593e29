/** The fleet in a few characters, for a status bar. Pure. */
import { type AttentionKind, isSnoozed } from '@berth/shared/domain/attention';
import { isFinal } from '@berth/shared/domain/session-state';
import type { KeptHost } from './kept-host.ts';

/** Most urgent first, as the bar has them. */
const SIGNS: readonly (readonly [kind: AttentionKind, sign: string])[] = [
  ['permission', '!'],
  ['input', '?'],
  ['error', '✗'],
  ['done', '✓'],
  ['bell', '*'],
];

/**
 * `2! 1? 5▶ 1 away`: who asks, how many sessions live, how many hosts do not answer. What there is
 * none of is left out, but for the sessions. Empty where nothing is known.
 */
export function statusLine(hosts: readonly KeptHost[], now: number): string {
  if (hosts.length === 0) return '';
  const sessions = hosts.flatMap((host) => [...host.sessions.values()]);
  const asking = sessions.filter(({ attention }) => attention && !isSnoozed(attention, now));
  const parts = SIGNS.map(([kind, sign]) => {
    const count = asking.filter(({ attention }) => attention?.kind === kind).length;
    return count > 0 ? `${count}${sign}` : '';
  });
  const alive = sessions.filter(({ state }) => !isFinal(state)).length;
  const away = hosts.filter(({ unreachableSince }) => unreachableSince !== null).length;
  return [...parts, `${alive}▶`, away > 0 ? `${away} away` : ''].filter(Boolean).join(' ');
}
