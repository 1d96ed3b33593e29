/** Random secrets, and how one that was told is compared with one that is known. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, as letters that a URL, a cookie and a WebSocket protocol take. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** As long for any two, however much of them is the same. */
export function sameSecret(told: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(told), digest(known));
}
