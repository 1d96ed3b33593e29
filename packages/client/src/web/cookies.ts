/** Cookies as requests and answers carry them. Pure. */

/** Begins the names of our own, which no app may see or set. */
const OWN_COOKIES = 'berth-';

/** The values of all cookies of that name: other servers of the same host, or for a path of it, may have set some. */
export function cookiesOf(header: string | undefined, name: string): readonly string[] {
  return pairs(header)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** What of the cookies is the app's; undefined: nothing. */
export function withoutOwn(header: string | undefined): string | undefined {
  const rest = pairs(header).filter((pair) => !isOwn(pair));
  return rest.length > 0 ? rest.join('; ') : undefined;
}

/**
 * A `Set-Cookie` of an app as it holds in a frame of the UI: of its own host alone, and for that page
 * alone. Null: it would be one of ours.
 */
export function framedCookie(line: string): string | null {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  if (isOwn(pair)) return null;
  const dropped = /^(domain|samesite|secure|partitioned)\b/i;
  const kept = attributes.filter((attribute) => attribute !== '' && !dropped.test(attribute));
  return [pair, ...kept, 'SameSite=None', 'Secure', 'Partitioned'].join('; ');
}

function isOwn(pair: string): boolean {
  return pair.toLowerCase().startsWith(OWN_COOKIES);
}

function pairs(header: string | undefined): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}
