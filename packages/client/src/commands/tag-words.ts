/** The words of `berth tag`: sessions, then changes (`k=v` sets, `k-` removes). Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';

export interface TagOrder {
  readonly sessions: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** The first word is a session whatever it looks like. Throws USAGE. */
export function parseTagWords(words: readonly string[]): TagOrder {
  const isChange = (word: string) => word.includes('=') || (word.endsWith('-') && word.length > 1);
  const first = words.findIndex((word, i) => i > 0 && isChange(word));
  const split = first < 0 ? words.length : first;
  const changes = words.slice(split);
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of changes) {
    const equals = word.indexOf('=');
    if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else if (equals < 0 && word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new BerthError('USAGE', `cannot tag with ${word}: write KEY=VALUE, or KEY- to remove`);
  }
  const both = remove.find((key) => Object.hasOwn(set, key));
  if (both !== undefined) throw new BerthError('USAGE', `cannot both set and remove the tag ${both}`);
  return { sessions: words.slice(0, split), set, remove };
}
