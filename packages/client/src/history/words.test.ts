import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseArguments } from '../commands/parse.ts';
import { START_FLAGS } from '../commands/start-flags.ts';
import type { FlagValuesByName } from './kept-words.ts';
import { flagWords, shellLine } from './words.ts';

/** What shells take for something else, and what terminals do. */
const special = fc.constantFrom(
  ...`' " \\ $ \` ! * ? ~ # & | ; < > ( ) { } [ ] = % - ^ @ é 漢 😀 a 0 7`.split(' '),
  ...[' ', '\n', '\t', '\r', '\u001b[31m', '\u0007', '\u007f', '\u009b', '\u202e', '\ufeff', '\u2028'],
);
const word = fc.oneof(
  fc.array(special, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
);

function asShellReads(shell: string, line: string): string[] {
  const out = execFileSync(shell, ['-c', `set -- ${line}\nfor w; do printf '%s\\0' "$w"; done`]);
  return out.toString('utf8').split('\0').slice(0, -1);
}

test.each(['sh', 'bash'])('%s reads the words that were given', (shell) => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
      expect(asShellReads(shell, shellLine(words))).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

test('nothing that acts on a terminal is in a line', () => {
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(shellLine(words)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
    }),
  );
});

test.each([
  [['berth', 'start', '--tag', 'a=b', './x'], 'berth start --tag a=b ./x'],
  [['', '=x', '~', "it's", 'a b'], "'' '=x' '~' 'it'\\''s' 'a b'"],
  [['two\nlines'], `"$(printf 'two\\nlines')"`],
  [['-\u001b[0m 5%\\'], `"$(printf '\\055\\033[0m 5%%\\\\')"`],
  [['oh!\nno'], `"$(printf 'oh\\041\\nno')"`],
  [['end\n\n'], `"$(printf 'end')"'\n\n'`],
])('%j -> %j', (words, line) => expect(shellLine(words)).toBe(line));

test('flags are read back as they were', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  const values = fc.record(
    {
      name: text,
      command: text,
      tag: fc.array(text, { minLength: 1 }),
      env: fc.array(text, { minLength: 1 }),
      queue: fc.constant(true),
      'no-repo': fc.constant(true),
      memory: fc.constantFrom('-5G', '8G', 'true', '--name'),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(values, (flags) => {
      const found = parseArguments(flagWords(flags), START_FLAGS, 'start').flags as FlagValuesByName;
      const given = Object.entries(found).filter(([, value]) => value && [value].flat().length > 0);
      expect(Object.fromEntries(given)).toEqual(flags);
    }),
  );
});
