/** `berth exec NAME CMD…`: after the first word nothing is ours any more, whatever it looks like. Pure. */
import type { Flags } from './command.ts';

export interface PassedWords {
  /** Flags of ours, and the first word. */
  readonly own: readonly string[];
  /** What stands after it, as it is, one `--` between them left out. */
  readonly passed: readonly string[];
  /** That `--` was there. */
  readonly delimited: boolean;
}

export function splitPassed(argv: readonly string[], flags: Flags): PassedWords {
  const takes = new Set(
    Object.entries(flags).flatMap(([name, { type, short }]) =>
      type === 'boolean' ? [] : [`--${name}`, ...(short ? [`-${short}`] : [])],
    ),
  );
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') return { own: argv.slice(0, i), passed: argv.slice(i + 1), delimited: true };
    if (takes.has(word)) i++;
    else if (!word.startsWith('-') || word === '-') {
      const delimited = argv[i + 1] === '--';
      return { own: argv.slice(0, i + 1), passed: argv.slice(delimited ? i + 2 : i + 1), delimited };
    }
  }
  return { own: argv, passed: [], delimited: false };
}
