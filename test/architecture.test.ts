/** Holds the house to its plan: who may import whom, how big a file may be, what start-up loads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IMPORT_RULES, type ImportRule, isBelow } from './support/import-rules.ts';
import { importsOf } from './support/imports.ts';
import { ROOT } from './support/programs.ts';

const MOST_LINES = 300;
/** Where the client begins, and what must not be loaded before a command needs it. */
const START = 'packages/client/src/main.ts';
const LATE = ['@grpc/grpc-js', 'yaml', 'zod', 'ink', 'react', 'ws'];

type Sources = ReadonlyMap<string, string>;

function readSources(...directories: string[]): Sources {
  return readFiles(/\.tsx?$/, directories);
}

function readFiles(named: RegExp, directories: readonly string[]): Sources {
  const paths = directories.flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && named.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

function breaches(rule: ImportRule, sources: Sources): string[] {
  return [...sources].flatMap(([path, source]) =>
    importsOf(path, source)
      .filter((imported) => rule.forbids(path, imported))
      .map(({ target, kind }) => `${path} imports ${target} (${kind})`),
  );
}

function missingPaths(rule: ImportRule): string[] {
  return rule.paths.filter((path) => !existsSync(join(ROOT, path)));
}

function tooLong(sources: Sources): string[] {
  return [...sources]
    .filter(([path]) => !/\.test\.tsx?$/.test(path) && !isBelow(path, 'packages/shared/src/gen'))
    .map(([path, source]) => ({ path, lines: source.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

/** Packages that importing `start` loads at once, each with the chain of files that leads there. */
function loadedAtStart(start: string, sources: Sources): Map<string, string[]> {
  const chains = new Map<string, string[]>([[start, [start]]]);
  for (const [path, chain] of chains) {
    for (const { target, kind } of importsOf(path, sources.get(path) ?? '')) {
      if (kind === 'value' && !chains.has(target)) chains.set(target, [...chain, target]);
    }
  }
  return chains;
}

/** Tests may look behind every door: the rules hold for the programs. */
const programs: Sources = new Map(
  [...readSources('packages/agent/src', 'packages/client/src', 'packages/shared/src')].filter(
    ([path]) => !/\.test\.tsx?$/.test(path),
  ),
);

describe.each(IMPORT_RULES)('$name', (rule) => {
  test('holds', () => expect(breaches(rule, programs)).toEqual([]));
  test('names only paths that exist', () => expect(missingPaths(rule)).toEqual([]));
  test('can fail', () => {
    const { path, source } = rule.breach;
    expect(breaches(rule, new Map([[path, source]]))).toHaveLength(1);
  });
});

test('a rule that names a missing path fails', () => {
  const rule = { ...(IMPORT_RULES[0] as ImportRule), paths: ['packages/agent/src/gone'] };
  expect(missingPaths(rule)).toEqual(['packages/agent/src/gone']);
});

describe(`files have at most ${MOST_LINES} lines`, () => {
  test('holds', () => {
    const styles = readFiles(/\.css$/, ['packages/client/src/web/page']);
    expect(styles.size).toBeGreaterThan(1);
    expect(tooLong(new Map([...programs, ...styles, ...readSources('test', 'scripts')]))).toEqual([]);
  });
  test('can fail', () => {
    const long = new Map([['packages/agent/src/x.ts', '\n'.repeat(MOST_LINES + 1)]]);
    expect(tooLong(long)).toEqual(['packages/agent/src/x.ts: 301 lines']);
  });
});

describe('the client starts without its heavy packages', () => {
  test('holds', () => {
    const loaded = loadedAtStart(START, programs);
    expect([...loaded.keys()].length).toBeGreaterThan(1);
    expect(LATE.map((name) => loaded.get(name)).filter(Boolean)).toEqual([]);
  });
  test('can fail', () => {
    const sources = new Map([
      [START, "import { a } from './a.ts';"],
      ['packages/client/src/a.ts', "import { Client } from '@grpc/grpc-js';"],
    ]);
    expect(loadedAtStart(START, sources).get('@grpc/grpc-js')).toEqual([
      START,
      'packages/client/src/a.ts',
      '@grpc/grpc-js',
    ]);
  });
});

describe('imports are read from the text', () => {
  const cases: [string, string, string][] = [
    ["import { a } from './a.ts';", 'src/a.ts', 'value'],
    ["import type { a } from './a.ts';", 'src/a.ts', 'type'],
    ["import { type a, type b } from './a.ts';", 'src/a.ts', 'type'],
    ["import { type a, b } from './a.ts';", 'src/a.ts', 'value'],
    ["import {\n  a,\n  b,\n} from '../lib/a.ts';", 'lib/a.ts', 'value'],
    ["export { a } from './a.ts';", 'src/a.ts', 'value'],
    ["import './a.ts';", 'src/a.ts', 'value'],
    ["const x = await import('./a.ts');", 'src/a.ts', 'dynamic'],
    ["import { b } from '@berth/shared/domain/memory';", 'packages/shared/src/domain/memory.ts', 'value'],
    ["import { b } from '@bufbuild/protobuf/wire';", '@bufbuild/protobuf', 'value'],
    ["import yargs from 'yargs/yargs';", 'yargs', 'value'],
  ];
  test.each(cases)('%s', (source, target, kind) => {
    expect(importsOf('src/x.ts', source)).toEqual([{ target, kind }]);
  });
  test('not from comments', () => {
    expect(importsOf('src/x.ts', "// import a from 'a';\n/**\n * import b from 'b';\n */")).toEqual([]);
  });
});
