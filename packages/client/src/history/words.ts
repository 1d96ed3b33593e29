/** The words of a start as one types them. Pure. */
import { Buffer } from 'node:buffer';
import type { StartEntry } from './entry.ts';

/** What every shell takes as it is. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;
// Controls, and what reorders or hides what follows: none of it may get to a terminal.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

type Values = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/** Flags by their values -> words, in the order of the record. */
export function flagWords(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    const texts = typeof value === 'string' ? [value] : value;
    return texts.flatMap((text) => (text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text]));
  });
}

/** All words after `berth`. */
export function startWords({
  flags,
  prompts,
  command,
}: Pick<StartEntry, 'flags' | 'prompts' | 'command'>): string[] {
  return ['start', ...flags, ...prompts, ...(command === null ? [] : ['--', ...command])];
}

/** As a line that any POSIX shell splits into the same words; safe on a terminal. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!UNSAFE.test(word)) return quoted(word);
  // A shell takes newlines off the end of what a command printed.
  const [, text = '', newlines = ''] = /^([\s\S]*?)(\n*)$/.exec(word) ?? [];
  const printed = text === '' ? '' : `"$(printf ${quoted(escaped(text))})"`;
  return printed + (newlines === '' ? '' : `'${newlines}'`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** For the format of printf, which begins with no dash. */
function escaped(text: string): string {
  return [...text]
    .map((char, i) => {
      if (char === '\n') return '\\n';
      if (char === '\t') return '\\t';
      if (char === '%' || char === '\\') return char + char;
      // An interactive shell takes `!` for its own history, also in here.
      return UNSAFE.test(char) || char === '!' || (i === 0 && char === '-') ? octal(char) : char;
    })
    .join('');
}

function octal(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
