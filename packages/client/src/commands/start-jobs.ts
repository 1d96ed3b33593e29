/** What `berth start` is to start: its prompts, or the command after `--`. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_PROMPT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory } from '@berth/shared/domain/memory';
import type { Context } from '../context.ts';

/** The prompts, with `-` read from standard input. Throws where that is no text. */
export async function withStandardInput(words: readonly string[], { console }: Context): Promise<string[]> {
  if (!words.includes('-')) return [...words];
  if (words.filter((word) => word === '-').length > 1)
    throw new BerthError('USAGE', 'cannot start: only one prompt can come from standard input');
  if (console.canAsk) console.err('berth: type the prompt, and end it with ctrl-d\n');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of console.stdin) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).length;
    // Far more than will be taken: nobody waits for the end of an endless input.
    if (bytes > 64 * MAX_PROMPT_BYTES) throw tooLarge(bytes, 'more than ');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new BerthError('ARGUMENT_INVALID', 'cannot start: standard input is not valid UTF-8');
  }
  const prompt = text.trimEnd();
  if (prompt === '') throw new BerthError('ARGUMENT_INVALID', 'cannot start: standard input holds no prompt');
  return words.map((word) => (word === '-' ? prompt : word));
}

export function jobsOf(
  words: readonly string[],
  rest: readonly string[] | null,
  command: readonly string[] | null,
): { prompt: string; argv: readonly string[] }[] {
  if (rest !== null) {
    if (words.length > 1)
      throw new BerthError('USAGE', 'a command after -- runs in one session: give one prompt or none');
    if (rest.length === 0) throw new BerthError('USAGE', 'after -- comes a command');
    check([...words, ...rest]);
    return [{ prompt: words[0] ?? '', argv: rest }];
  }
  if (words.includes('')) throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt is empty');
  check([...words, ...(command ?? [])]);
  return (words.length > 0 ? words : ['']).map((prompt) => ({ prompt, argv: command ?? [] }));
}

function check(texts: readonly string[]): void {
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_PROMPT_BYTES) throw tooLarge(bytes);
    if (text.includes('\0')) {
      throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt contains NUL');
    }
    if (text.includes('\ufffd')) {
      throw new BerthError('ARGUMENT_INVALID', 'cannot start: the prompt is not valid UTF-8');
    }
  }
}

function tooLarge(bytes: number, about = ''): BerthError {
  const [has, limit] = [formatMemory(bytes), formatMemory(MAX_PROMPT_BYTES)];
  const message = `cannot start: the prompt has ${about}${has}, the limit is ${limit}`;
  return new BerthError('PROMPT_TOO_LARGE', message);
}
