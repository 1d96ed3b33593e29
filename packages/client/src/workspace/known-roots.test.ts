import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { knownRootsIn } from './known-roots.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync('/tmp/bkr-');
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const id = (n: number) => String(n).padStart(40, '0');

test('the first commit that is known tells, of this repository alone', () => {
  expect(knownRootsIn(cache, '/a').of([id(1)])).toBe(null);
  knownRootsIn(cache, '/a').keep(id(1), id(100));
  knownRootsIn(cache, '/a').keep(id(2), id(200));
  const roots = knownRootsIn(cache, '/a');
  expect(roots.of([id(9), id(2), id(1)])).toBe(id(200));
  expect(roots.of([id(9)])).toBe(null);
  expect(roots.of([])).toBe(null);
  expect(knownRootsIn(cache, '/b').of([id(1)])).toBe(null);
});

test('the newest are kept', () => {
  for (let n = 0; n < 40; n++) knownRootsIn(cache, '/a').keep(id(n), id(100));
  const roots = knownRootsIn(cache, '/a');
  expect([roots.of([id(39)]), roots.of([id(8)]), roots.of([id(7)])]).toEqual([id(100), id(100), null]);
});

test.each(['', 'null', '[[1]]', '[null]', '{"a":1}', '[["x","y"]]'])('a damaged file is none: %s', (text) => {
  knownRootsIn(cache, '/a').keep(id(1), id(100));
  const [file = ''] = readdirSync(join(cache, 'roots'));
  writeFileSync(join(cache, 'roots', file), text);
  const roots = knownRootsIn(cache, '/a');
  expect(roots.of([id(1), 'x', '1', 'undefined'])).toBe(null);
  roots.keep(id(1), id(100));
  expect(knownRootsIn(cache, '/a').of([id(1)])).toBe(id(100));
});

test('a place that cannot be written is no error', () => {
  mkdirSync(join(cache, 'x'));
  writeFileSync(join(cache, 'x/roots'), '');
  knownRootsIn(join(cache, 'x'), '/a').keep(id(1), id(100));
  expect(knownRootsIn(join(cache, 'x'), '/a').of([id(1)])).toBe(null);
});
