import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from './replace-file.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'berth-replace-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

test('whole, for its user alone, in a directory that is made', () => {
  const file = join(scratch, 'a/file');
  for (const text of ['one', 'two']) {
    replaceFile(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(scratch, 'a'))).toEqual(['file']);
});

test('what cannot be put in place leaves nothing behind', () => {
  mkdirSync(join(scratch, 'file'));
  expect(() => replaceFile(join(scratch, 'file'), 'one')).toThrow();
  expect(readdirSync(scratch)).toEqual(['file']);
});
