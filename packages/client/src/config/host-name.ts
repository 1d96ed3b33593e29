/** What a host may be called. Pure. */
import { isExternal } from '@berth/shared/domain/external-session';
import { nameProblem } from '@berth/shared/domain/text';

/** Null where the name is good. */
export function hostNameProblem(name: string): string | null {
  if (isExternal(`${name}:`)) return `${name}:NAME is another tool's session`;
  return nameProblem(name);
}
