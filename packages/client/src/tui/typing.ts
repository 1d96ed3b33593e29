/** One line of text that is being typed. Pure. */
import type { Key } from 'ink';

type Typed = Pick<Key, 'backspace' | 'delete' | 'ctrl' | 'meta'>;

/** The text after a key; null if the key is none for texts. */
export function textAfter(text: string, input: string, key: Typed): string | null {
  if (key.backspace || key.delete) return [...text].slice(0, -1).join('');
  if (key.ctrl && input === 'u') return '';
  if (key.ctrl && input === 'w') return text.replace(/\S+\s*$/, '');
  if (key.ctrl || key.meta || input === '') return null;
  // Pasted text may hold anything.
  const typed = input.replace(/[\r\n\t]+/g, ' ').replace(/\p{Cc}/gu, '');
  return typed === '' ? null : text + typed;
}
