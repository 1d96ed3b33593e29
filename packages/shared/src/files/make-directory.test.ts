import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'berth-directory-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

test('makes what is missing, for its user alone, and leaves what is there', () => {
  const directory = join(scratch, 'a/b');
  makeDirectory(directory);
  makeDirectory(directory, 0o755);
  for (const one of [directory, join(scratch, 'a')]) expect(statSync(one).mode & 0o777).toBe(0o700);
});

test.runIf(process.platform === 'linux').each(['/proc/none/a/b', '/proc/none', '/proc/self/none/a'])(
  'ends where nothing can be made: %s',
  (directory) =>
    expect(() => makeDirectory(directory)).toThrow(
      expect.objectContaining({
        reason: 'PERMISSION_DENIED',
        message: `cannot make the directory ${directory}: ENOENT`,
      }),
    ),
);

test('a file in its place, or above it, is told', () => {
  writeFileSync(join(scratch, 'file'), '');
  expect(() => makeDirectory(join(scratch, 'file'))).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(scratch, 'file/a'))).toThrow(/ENOTDIR/);
});
