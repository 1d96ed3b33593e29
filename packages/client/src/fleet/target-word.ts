/** The word by which a session is named: `host:session`, `host:`, a name, an id or its beginning. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { oneLine } from '@berth/shared/domain/text';

export interface Target {
  /** Null where none was written. */
  readonly host: string | null;
  /** Empty: the default session of the host. */
  readonly session: string;
}

/** No host is called `external`. Throws NAME_INVALID for what no session can be called. */
export function parseTarget(word: string): Target {
  const target = split(word);
  const problem = problemOf(target);
  if (problem === null) return target;
  throw new BerthError(
    'NAME_INVALID',
    `cannot tell which session ${oneLine(word) || "''"} means: ${problem}`,
    {
      values: { session: oneLine(word) },
      hint: 'write a name, an id or its beginning, or HOST:SESSION',
    },
  );
}

function split(word: string): Target {
  const colon = isExternal(word) ? -1 : word.indexOf(':');
  if (colon < 0) return { host: null, session: word };
  return { host: word.slice(0, colon), session: word.slice(colon + 1) };
}

function problemOf({ host, session }: Target): string | null {
  if (host === '') return 'no host stands before the colon';
  if (host === null && session === '') return 'it is empty';
  if (isExternal(session)) return null;
  if (session.includes(':')) return 'it has a colon too many';
  if (session.includes('/')) return 'no name has a slash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the point
  if (/[\u0000-\u001f\u007f-\u009f]/.test(session)) return 'no name has control characters';
  return null;
}
