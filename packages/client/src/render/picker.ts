/** Asks a person, on standard error, to choose one of a few lines or to say yes. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Console } from './console.ts';

/** The index of the chosen line. Throws USAGE where nobody can be asked or nothing was chosen. */
export async function pick(console: Console, question: string, lines: readonly string[]): Promise<number> {
  for (const [i, line] of lines.entries()) console.err(`${String(i + 1).padStart(3)}  ${line}\n`);
  const answer = (await ask(console, `${question} [1-${lines.length}] `)) ?? '';
  const number = /^\d+$/.test(answer) ? Number(answer) : 0;
  if (number < 1 || number > lines.length) {
    throw new BerthError(
      'USAGE',
      `cannot go on: ${answer ? `${answer} is not one of them` : 'nothing was chosen'}`,
    );
  }
  return number - 1;
}

export async function confirm(console: Console, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(console, `${question} [y/N] `)) ?? '');
}

/** Where Enter alone means yes; the end of the input does not. */
export async function confirmUsual(console: Console, question: string): Promise<boolean> {
  return /^(y(es)?)?$/i.test((await ask(console, `${question} [Y/n] `)) ?? 'no');
}

/** One line; null at the end of the input. */
async function ask(console: Console, question: string): Promise<string | null> {
  // Nobody is asked on the hot path: it does not pay for this.
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input: console.stdin, terminal: false });
  try {
    console.err(question);
    for await (const line of reader) return line.trim();
    return null;
  } finally {
    reader.close();
  }
}
