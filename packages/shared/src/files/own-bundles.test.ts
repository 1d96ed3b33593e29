/** Code that is kept from one process to the next: tried with processes. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MODULE = join(import.meta.dirname, 'own-bundles.ts');
let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'berth-code-'));
  writeFileSync(
    join(scratch, 'main.mjs'),
    `import { createRequire } from 'node:module';
     import { ownBundles } from ${JSON.stringify(MODULE)};
     const { load } = ownBundles(process.env, process.argv[2]);
     const part = await load('part.cjs', async () => createRequire(import.meta.url)('./part.cjs'));
     part.run(process.argv[3]);`,
  );
  bundle("console.log('one', __filename === module.filename, require('./beside.cjs'))");
  writeFileSync(join(scratch, 'beside.cjs'), "module.exports = 'beside';");
});
afterEach(() => {
  chmodSync(scratch, 0o700);
  rmSync(scratch, { recursive: true });
});

/** As a build does it: the name changes hands. */
function bundle(body: string): void {
  writeFileSync(join(scratch, 'new.cjs'), `exports.run = (way) => { ${body} };\n`);
  renameSync(join(scratch, 'new.cjs'), join(scratch, 'part.cjs'));
}

function run(word = 'list', way = ''): string {
  const env = { ...process.env, XDG_CACHE_HOME: join(scratch, 'cache'), NODE_COMPILE_CACHE: undefined };
  const argv = ['--disable-warning=ExperimentalWarning', join(scratch, 'main.mjs'), word, way];
  return execFileSync(process.execPath, argv, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function kept(): string[] {
  const code = join(scratch, 'cache/berth/code');
  const found = readdirSync(code, { recursive: true, encoding: 'utf8' });
  return found.filter((name) => name.endsWith('.code')).map((name) => join(code, name));
}

function aDirectory(file: string): void {
  rmSync(file);
  mkdirSync(file);
}

const PRINTED = 'one true beside\n';

test('is kept by the first run, for its user alone, and used by the next ones', () => {
  expect(run()).toBe(PRINTED);
  const [file = '', ...more] = kept();
  expect(more).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { mtimeMs } = statSync(file);
  expect(run()).toBe(PRINTED);
  expect(kept()).toEqual([file]);
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
});

test('has the functions that ran, and an hour later those of another run as well', () => {
  const texts = (name: string) => Array.from({ length: 500 }, (_, i) => `'${name} ${i}'`);
  const late = (name: string) =>
    `const ${name} = () => [${texts(name)}].length; if (way === '${name}') ${name}();`;
  bundle(['a', 'b'].map(late).join(' '));
  const size = () => statSync(kept()[0] ?? '').size;
  run('list', 'none');
  const without = size();
  rmSync(join(scratch, 'cache'), { recursive: true });
  run('list', 'a');
  const one = size();
  expect(one - without).toBeGreaterThan(2000);
  run('list', 'b');
  expect(size()).toBe(one);
  const hourAgo = Date.now() / 1000 - 3601;
  utimesSync(kept()[0] ?? '', hourAgo, hourAgo);
  run('list', 'b');
  expect(size() - one).toBeGreaterThan(2000);
});

test('is not kept of a run that failed', () => {
  bundle('process.exitCode = 3;');
  expect(() => run()).toThrow();
  expect(kept()).toEqual([]);
});

test('is not kept where the cache was taken away meanwhile', () => {
  bundle(`require('node:fs').rmSync(${JSON.stringify(join(scratch, 'cache'))}, { recursive: true });`);
  run();
  expect(readdirSync(scratch)).not.toContain('cache');
});

test('is each command’s own', () => {
  for (const word of ['list', 'start', '--json', '../../../x', 'list']) expect(run(word)).toBe(PRINTED);
  const words = kept().map((file) => /-([a-z]+)\.code$/.exec(file)?.[1]);
  expect(words.sort()).toEqual(['list', 'other', 'start']);
});

test('is never that of another build, however alike', () => {
  run();
  bundle("console.log('two', __filename === module.filename, require('./beside.cjs'))");
  expect(run()).toBe('two true beside\n');
});

test('is not kept where a build came in between', () => {
  const main = readFileSync(join(scratch, 'main.mjs'), 'utf8');
  const build = `import { renameSync } from 'node:fs'; renameSync('${join(scratch, 'late.cjs')}', '${join(scratch, 'part.cjs')}');\n`;
  writeFileSync(join(scratch, 'late.cjs'), "exports.run = () => console.log('late');\n");
  writeFileSync(join(scratch, 'main.mjs'), `${build}${main}`);
  expect(run()).toBe('late\n');
  expect(kept()).toEqual([]);
});

test.each([
  ['cut short', (file: string) => writeFileSync(file, 'x')],
  ['empty', (file: string) => writeFileSync(file, '')],
  ['a directory', aDirectory],
])('what is kept and is %s does no harm', (_, damage) => {
  run();
  for (const file of kept()) damage(file);
  expect(run()).toBe(PRINTED);
  expect(run()).toBe(PRINTED);
});

test('runs where nothing can be kept', () => {
  writeFileSync(join(scratch, 'cache'), 'a file in its place');
  expect(run()).toBe(PRINTED);
});

test('leaves places in the source as they are', () => {
  bundle('throw new Error("here")');
  expect(() => run()).toThrow(/part\.cjs:1:32\b/);
});

test('clears away what has not been made anew for a week', () => {
  run();
  const old = join(dirname(kept()[0] ?? ''), 'part.cjs-of-another-build-list.code');
  writeFileSync(old, '');
  utimesSync(old, 1, 1);
  run('start');
  expect(kept()).not.toContain(old);
  expect(kept()).toHaveLength(2);
});
