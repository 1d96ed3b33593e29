/** One POST of one body: signed, with a deadline, never redirected. */
import { createHmac } from 'node:crypto';
import { messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { VERSION } from '@berth/shared/domain/version';
import type { Secret } from '../../config/secret.ts';

const TIMEOUT_MS = 10_000;

export interface Post {
  readonly url: URL;
  readonly id: string;
  readonly body: string;
  readonly secret: Secret | null;
  /** Ms since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export type Answer =
  | { readonly kind: 'taken'; readonly status: number }
  /** Worth another try; `afterMs`: not before then, as the other side said. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Never throws, and no answer holds the address. */
export async function post({ url, id, body, secret, now, signal }: Post): Promise<Answer> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `berth/${VERSION}`,
    // Part of it comes from a host.
    'idempotency-key': encodeURIComponent(id),
    ...(secret ? { 'berth-signature': signature(secret, body, Math.floor(now / 1000)) } : {}),
  };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: deadline,
    });
    // Read and dropped, so that the connection can be used again.
    await response.body?.cancel().catch(() => {});
    return answerOf(response.status, response.headers.get('retry-after'), now);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as { code?: unknown }).code;
    const why = typeof code === 'string' ? code : messageOf(cause).replaceAll(url.href, redact(url));
    return { kind: 'later', why: oneLine(why), afterMs: 0 };
  }
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY`, so that an old one cannot be sent again. */
export function signature(secret: Secret, body: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex')}`;
}

const WORTH_ANOTHER_TRY: readonly number[] = [408, 425, 429];

export function answerOf(status: number, retryAfter: string | null, now: number): Answer {
  if (status >= 200 && status < 300) return { kind: 'taken', status };
  const why = `it answered ${status}`;
  if (status >= 500 || WORTH_ANOTHER_TRY.includes(status))
    return { kind: 'later', why, afterMs: afterMs(retryAfter, now) };
  return { kind: 'refused', why: status < 400 ? `${why}, and redirects are not followed` : why };
}

/** Seconds, or a date. */
function afterMs(text: string | null, now: number): number {
  if (text === null) return 0;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** Addresses of webhooks are keys, too: only where it leads is shown. */
export function redact(url: URL): string {
  return `${url.protocol}//${url.host}/…`;
}
