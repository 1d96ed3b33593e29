/** What of a request and of its answer passes between a browser and what a session serves. Pure. */
import { framedCookie, withoutOwn } from './cookies.ts';

export interface Between {
  /** Of the app, as the browser has it: `http://<id>.localhost:PORT`. */
  readonly origin: string;
  /** As the server behind it is called where it runs: `localhost:3000`. */
  readonly host: string;
  /** Origins that may have it in a frame. */
  readonly frames: readonly string[];
}

type Headers = Record<string, string | string[]>;

/** They are about one connection, and there are two. */
const HOP_BY_HOP: readonly string[] = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];
/** What a proxy would say of itself: this one is not to be seen. */
const FORWARDED = /^(forwarded$|x-forwarded-|x-real-ip$)/;
const NOT_BACK: readonly string[] = ['x-frame-options', 'strict-transport-security', 'alt-svc'];

/** Of a request, to the server. `upgrade`: it goes on to ask for another protocol. */
export function requestHeaders(raw: readonly string[], between: Between, upgrade: boolean): Headers {
  const { origin, host } = between;
  const there = `http://${host}`;
  const headers = collected(raw);
  const chunked = headers['transfer-encoding'] !== undefined;
  const kept = withoutHops(headers);
  const result = noHeaders<Headers>();
  for (const [name, values] of Object.entries(kept)) {
    if (FORWARDED.test(name)) continue;
    result[name] = values;
  }
  const cookies = withoutOwn(kept.cookie?.join('; '));
  delete result.cookie;
  if (cookies !== undefined) result.cookie = cookies;
  result.host = host;
  if (kept.origin) result.origin = there;
  const referer = kept.referer?.[0];
  delete result.referer;
  if (referer?.startsWith(`${origin}/`)) result.referer = there + referer.slice(origin.length);
  if (chunked) result['transfer-encoding'] = 'chunked';
  if (upgrade) Object.assign(result, { connection: 'Upgrade', upgrade: headers.upgrade?.join(', ') ?? '' });
  return result;
}

/** Of an answer, to the browser. */
export function responseHeaders(raw: readonly string[], between: Between): Headers {
  const { origin, host, frames } = between;
  const result = noHeaders<Headers>();
  for (const [name, values] of Object.entries(withoutHops(collected(raw))))
    if (!NOT_BACK.includes(name)) result[name] = values;
  const cookies = [result['set-cookie'] ?? []].flat().map(framedCookie);
  delete result['set-cookie'];
  const ours = cookies.filter((cookie) => cookie !== null);
  if (ours.length > 0) result['set-cookie'] = ours;
  const [location] = [result.location ?? []].flat();
  if (location && URL.canParse(location) && new URL(location).origin === `http://${host}`)
    result.location = origin + location.slice(`http://${host}`.length);
  // One header may hold several, apart by commas: a directive of one is nothing to the others.
  const told = [result['content-security-policy'] ?? []].flat().flatMap((value) => value.split(','));
  const policies = told.map(withoutAncestors).filter(Boolean);
  result['content-security-policy'] = [...policies, `frame-ancestors ${["'self'", ...frames].join(' ')}`];
  return result;
}

/** By lower-case name, in their order. */
function collected(raw: readonly string[]): Record<string, string[]> {
  const headers = noHeaders<Record<string, string[]>>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    headers[name] = [...(headers[name] ?? []), raw[i + 1] ?? ''];
  }
  return headers;
}

function withoutHops(headers: Readonly<Record<string, string[]>>): Record<string, string[]> {
  const named = (headers.connection ?? []).flatMap((value) =>
    value.split(',').map((name) => name.trim().toLowerCase()),
  );
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  const kept = noHeaders<Record<string, string[]>>();
  for (const [name, values] of Object.entries(headers)) if (!dropped.has(name)) kept[name] = values;
  return kept;
}

/** Names are those that others chose: none of them means anything to JavaScript. */
function noHeaders<T extends Headers>(): T {
  return Object.create(null) as T;
}

/** Who may frame it is said by us: the server knows nothing of the UI. */
function withoutAncestors(policy: string): string {
  const directives = policy.split(';').map((directive) => directive.trim());
  return directives.filter((directive) => directive && !/^frame-ancestors\b/i.test(directive)).join('; ');
}
