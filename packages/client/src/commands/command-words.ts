/**
 * `--command 'mytool --ask {prompt}'` -> its words, by the quotes that everybody knows and nothing
 * else: no variable, no substitution, no pattern. Placeholders are filled in on the host, each within
 * its word.
 */
import { BerthError } from '@berth/shared/domain/berth-error';

/** Throws USAGE for a quote that is not closed, and where there is no word. */
export function commandWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote === "'" && char !== "'") word += char;
    else if (char === '\\' && (quote === null || /["\\]/.test(text[i + 1] ?? ''))) {
      i += 1;
      if (i >= text.length) throw new BerthError('USAGE', '--command ends with a backslash');
      word = (word ?? '') + text[i];
    } else if (char === quote) quote = null;
    else if (quote === null && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === null && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote !== null) throw new BerthError('USAGE', `--command has a quote that is not closed: ${quote}`);
  if (word !== null) words.push(word);
  if (!words[0]) throw new BerthError('USAGE', '--command names no program');
  return words;
}
