/** What was typed into the live view's questions -> what is to be done. Pure; throws USAGE. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import type { TagChange } from './ports.ts';

/** `gpu=yes -old`: sets, and takes away; so does `old-`, as `berth tag` has it. */
export function tagChange(text: string): TagChange {
  const words = text.split(/\s+/).filter(Boolean);
  if (words.length === 0) throw new BerthError('USAGE', 'type KEY=VALUE to set a tag, -KEY to take one away');
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0 && /^-.|.-$/.test(word))
      remove.push(word.startsWith('-') ? word.slice(1) : word.slice(0, -1));
    else if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else throw new BerthError('USAGE', `${oneLine(word)} is no tag: type KEY=VALUE, or -KEY to take it away`);
  }
  return { set, remove };
}

export function newName(text: string): string {
  const name = text.trim();
  const problem = nameProblem(name);
  if (problem) throw new BerthError('NAME_INVALID', `a session cannot be called that: ${problem}`);
  return name;
}

/** Ms. */
export function snoozeTime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new BerthError('USAGE', `${oneLine(text) || 'nothing'} is no span of time: type 30m, 2h or 1d`);
}
