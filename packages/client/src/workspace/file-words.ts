/** The words of `berth cp`: which files are here, and which belong to a session. Pure. */
import { isExternal } from '@berth/shared/domain/external-session';

export type FileWord =
  | { readonly kind: 'local'; readonly path: string }
  /** Standard input or output. */
  | { readonly kind: 'stream' }
  /** `session` as everywhere: a name, an id, `host:name`. */
  | { readonly kind: 'remote'; readonly session: string; readonly path: string };

/**
 * `SESSION:PATH` and `HOST:SESSION:PATH`; a word without a colon before its first slash is a file
 * here. Of two colons the first ends a host where one has that name, unless there is a slash between:
 * `dev:./a:b` is the file `a:b`.
 */
export function parseFileWord(word: string, isHost: (name: string) => boolean): FileWord {
  if (word === '-') return { kind: 'stream' };
  const colon = word.indexOf(':');
  const slash = word.indexOf('/');
  if (colon <= 0 || (slash >= 0 && slash < colon)) return { kind: 'local', path: word };
  const first = word.slice(0, colon);
  const rest = word.slice(colon + 1);
  const second = rest.indexOf(':');
  const middle = rest.slice(0, second);
  const named = second > 0 && !middle.includes('/') && (isHost(first) || isExternal(`${first}:${middle}`));
  return named
    ? { kind: 'remote', session: `${first}:${middle}`, path: rest.slice(second + 1) }
    : { kind: 'remote', session: first, path: rest };
}
