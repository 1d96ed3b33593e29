/** Code that one process makes and another one takes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MODULE = join(import.meta.dirname, 'kept-code.ts');
const COMPILE = join(import.meta.dirname, '../../../../scripts/release/compile-bundle.ts');

/** In an environment like that of a build: Node's own cache would make another thing of it. */
function node(flags: readonly string[], ...argv: string[]): string {
  const quiet = '--disable-warning=ExperimentalWarning';
  return execFileSync(process.execPath, [quiet, ...flags, ...argv], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

test('what a release is built with is taken under its flags alone, and is the same each time', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'berth-code-'));
  try {
    const bundle = join(scratch, 'part.cjs');
    writeFileSync(bundle, "exports.one = () => 'one';\n");
    const flags = ['--min-semi-space-size=16'];
    const codes = ['first', 'second'].map((name) => join(scratch, name));
    for (const code of codes) node([...flags, '--predictable'], COMPILE, bundle, code);
    const [first = '', second = ''] = codes;
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);

    const taken = join(scratch, 'taken.mjs');
    writeFileSync(
      taken,
      `import { readFileSync } from 'node:fs';
       import { keptScript } from ${JSON.stringify(MODULE)};
       const source = readFileSync(${JSON.stringify(bundle)}, 'latin1');
       const { script } = keptScript({ filename: 'part.cjs', source }, null, () => readFileSync('${first}'));
       const module = { exports: {} };
       script.runInThisContext()(module.exports, null, module);
       console.log(script.cachedDataRejected, module.exports.one());`,
    );
    expect(node(flags, taken)).toBe('false one\n');
    expect(node(['--min-semi-space-size=16', '--stack-size=900'], taken)).toBe('true one\n');
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
