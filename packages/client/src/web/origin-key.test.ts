import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { originKey } from './origin-key.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-origins-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('is the same each time, and nobody else reads it', () => {
  const stateDir = join(directory, 'state');
  const key = originKey(stateDir);
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(originKey(stateDir)).toBe(key);
  expect(statSync(join(stateDir, 'ui-origins')).mode & 0o777).toBe(0o600);
});

test('where it cannot be kept, or was broken, it is one of its own each time', () => {
  writeFileSync(join(directory, 'ui-origins'), 'half');
  const keys = [originKey(directory), originKey(directory), originKey(join(directory, 'ui-origins', 'x'))];
  expect(new Set(keys).size).toBe(3);
});
