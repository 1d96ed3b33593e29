import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { execScript } from './exec-script.ts';

/** What a shell makes of it: the arguments, then the environment, NUL-separated. */
function read(script: string): string[] {
  const show = `${script}printf '%s\\0' "$@"; exec env -0`;
  const out = execFileSync('/bin/sh', ['-c', show], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' });
  return out.split('\0').slice(0, -1);
}

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((each) => !each.includes('\0'));
const name = fc.stringMatching(/^[A-Z]{1,8}_X$/);

test('every word and value arrives as it is', () => {
  const words = fc.record({
    argv: fc.array(text, { minLength: 1, maxLength: 4 }),
    env: fc.dictionary(name, text, { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(words, ({ argv, env }) => {
      const seen = read(execScript({ argv, env, directory: '/' }));
      expect(seen.slice(0, argv.length)).toEqual(argv);
      for (const [key, value] of Object.entries(env)) expect(seen).toContain(`${key}=${value}`);
    }),
    {
      numRuns: 50,
      examples: [[{ argv: ["'", '$(id)', '`id`', '\\', '-n', '#{x}', '%d'], env: { A_X: "'\n" } }]],
    },
  );
});

test('leaves out what is no name, and what belongs to the shell', () => {
  const env = {
    'BASH_FUNC_x%%': '() { :; }',
    UID: '0',
    IFS: 'x',
    PPID: '1',
    OPTIND: 'x',
    'A B': 'c',
    KEPT: '1',
  };
  expect(execScript({ argv: ['true'], env, directory: "/it's" })).toBe(
    "unset CDPATH\ncd '/it'\\''s' || exit 126\nunset OLDPWD\nexport KEPT='1'\nset -- 'true'\n",
  );
});
