/** Why a fleet without sessions is no proof that there are none: hosts that have not told of theirs. Pure. */
import type { HostRow } from '../../protocol.ts';

/** `none`: all hosts have told. `reaching`: one is being asked for the first time. `some`, `all`: so many do not answer. */
export type Unheard = 'none' | 'reaching' | 'some' | 'all';

export function unheard(hosts: Iterable<HostRow>): Unheard {
  const rows = [...hosts];
  if (rows.some(({ link, as_of }) => link === 'connecting' && as_of === null)) return 'reaching';
  const away = rows.filter(({ link }) => link !== 'connected').length;
  if (away === 0) return 'none';
  return away === rows.length ? 'all' : 'some';
}
