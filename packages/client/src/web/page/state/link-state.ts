/** The live connection to the client that serves the page: what it is, and when to try again. Pure. */
import { formatAge } from '@berth/shared/domain/duration';
import { LIVE_BEAT_MS } from '../../protocol.ts';

/** `denied`: the server is there and does not know this page. Times in ms since the epoch. */
export type LinkState =
  | { readonly state: 'connecting'; readonly since: number }
  | { readonly state: 'live'; readonly since: number }
  | { readonly state: 'lost'; readonly since: number; readonly asOf: number | null }
  | { readonly state: 'denied'; readonly since: number };

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;

/** `failures` in a row, from 1; `random` in [0, 1). */
export function retryDelay(failures: number, random: number): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (0.75 + random / 2));
}

/** The client tells that it is there far more often than that. */
export function fellSilent(quietMs: number): boolean {
  return quietMs > 3 * LIVE_BEAT_MS + 1000;
}

/** The machine slept where a timer came that much too late. */
export function slept(expectedMs: number, passedMs: number): boolean {
  return passedMs > expectedMs + 5000;
}

export function linkWords(link: LinkState, now: number): string {
  switch (link.state) {
    case 'live':
      return 'Live';
    case 'connecting':
      return 'Connecting…';
    case 'denied':
      return 'Not signed in';
    case 'lost':
      return link.asOf === null ? 'Reconnecting…' : `Reconnecting, as of ${formatAge(now - link.asOf)} ago`;
  }
}
