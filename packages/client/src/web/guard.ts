/**
 * Which requests the local server looks at at all, by what browsers cannot be made to lie about: the
 * host that the page was loaded from, the origin that asks, and how. Pure; who asks is auth.ts.
 */

/** What of a request counts; header values as they came, null where there was none. */
export interface Asked {
  readonly method: string;
  /** Of the URL, without the query. */
  readonly path: string;
  readonly host: string | null;
  readonly origin: string | null;
  /** `Sec-Fetch-Site`. */
  readonly fetchSite: string | null;
  /** `Sec-Fetch-Mode`. */
  readonly fetchMode: string | null;
  readonly contentType: string | null;
  /** It asks to become a WebSocket. */
  readonly upgrade: boolean;
}

export interface Place {
  readonly port: number;
  /** An origin of an editor, a port or a page is there under this id. */
  readonly isApp: (id: string) => boolean;
}

export type Verdict =
  | { readonly kind: 'ui' }
  | { readonly kind: 'app'; readonly id: string }
  | { readonly kind: 'refused'; readonly status: 403 | 405 | 415 };

const SOCKETS: readonly string[] = ['/api/live', '/api/terminal'];
const POSTS: readonly string[] = ['/api/login', '/api/call'];

const refused = (status: 403 | 405 | 415 = 403): Verdict => ({ kind: 'refused', status });

export function judge(asked: Asked, place: Place): Verdict {
  // Names that others let point here (DNS rebinding) are not ours.
  const at = siteOf(asked.host, place);
  if (at === null) return refused();
  const own = asked.origin === null || asked.origin === `http://${asked.host}`;
  if (!own) return refused();
  if (at !== 'ui') return fromItself(asked) || leadsThere(asked) ? { kind: 'app', id: at } : refused();
  // A page of another origin that only leads here: the person types the address, or takes the link again.
  return fromItself(asked) ? byMethod(asked) : refused();
}

function fromItself({ fetchSite }: Asked): boolean {
  return fetchSite === null || fetchSite === 'same-origin' || fetchSite === 'none';
}

/** The UI puts an app into a frame. Who else does is not shown it, by `frame-ancestors`. */
function leadsThere({ method, fetchMode, upgrade }: Asked): boolean {
  return method === 'GET' && fetchMode === 'navigate' && !upgrade;
}

function byMethod({ method, path, origin, upgrade, contentType }: Asked): Verdict {
  if (upgrade) {
    // Browsers always say where a socket comes from.
    return SOCKETS.includes(path) && origin !== null ? { kind: 'ui' } : refused();
  }
  if (SOCKETS.includes(path)) return refused();
  if (method === 'GET' || method === 'HEAD') return POSTS.includes(path) ? refused(405) : { kind: 'ui' };
  if (method !== 'POST' || !POSTS.includes(path)) return refused(405);
  // A form cannot send this, and a script of another origin only after asking us first.
  const [type = ''] = (contentType ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json' ? { kind: 'ui' } : refused(415);
}

/** `ui`, the id of an app, or null: neither. */
function siteOf(host: string | null, { port, isApp }: Place): string | null {
  if (host === null) return null;
  if (ownHosts(port).includes(host)) return 'ui';
  const [, id] = /^([a-z0-9]+)\.localhost(?::\d+)?$/.exec(host) ?? [];
  return id !== undefined && host === appHost(id, port) && isApp(id) ? id : null;
}

function ownHosts(port: number): string[] {
  return ['localhost', '127.0.0.1', '[::1]'].map((name) => name + suffix(port));
}

/** As browsers write it into `Host`. */
function suffix(port: number): string {
  return port === 80 ? '' : `:${port}`;
}

export function uiOrigins(port: number): string[] {
  return ownHosts(port).map((host) => `http://${host}`);
}

export function appHost(id: string, port: number): string {
  return `${id}.localhost${suffix(port)}`;
}
