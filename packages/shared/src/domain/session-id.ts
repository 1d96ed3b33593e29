/** Session ids: `sess-YYYYMMDD-HHMMSS-xxxxxx`, UTC, six base-36 characters. */

const ID = /^sess-\d{8}-\d{6}-[0-9a-z]{6}$/;
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** 36^6: how many ids one second can tell apart. */
export const ID_SPACE = 36 ** 6;

/** Makes an id from a time (ms since the epoch) and a random whole number in [0, ID_SPACE). */
export function sessionId(nowMs: number, random: number): string {
  const iso = new Date(nowMs).toISOString();
  const date = iso.slice(0, 10).replaceAll('-', '');
  const time = iso.slice(11, 19).replaceAll(':', '');
  let suffix = '';
  for (let rest = random; suffix.length < 6; rest = Math.floor(rest / 36)) {
    suffix = ALPHABET.charAt(rest % 36) + suffix;
  }
  return `sess-${date}-${time}-${suffix}`;
}

/** True for the exact form of an id, not for a prefix. */
export function isSessionId(text: string): boolean {
  return ID.test(text);
}
