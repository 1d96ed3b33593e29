import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Scratch } from './scratch.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'scratch-test-'));
  vi.stubEnv('TMPDIR', directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

test('takes away what a program left that was killed a day ago, and nothing that may be in use', async () => {
  const days = { 'berth-git-killed': 1.1, 'berth-git-running': 0.9, 'of-somebody': 30 };
  for (const [name, age] of Object.entries(days)) {
    mkdirSync(path.join(directory, name, 'objects'), { recursive: true });
    const then = Date.now() / 1000 - age * 86_400;
    utimesSync(path.join(directory, name), then, then);
  }
  using scratch = await Scratch.empty(process.env);
  const expected = ['berth-git-running', 'of-somebody', path.basename(scratch.directory)];
  expect(readdirSync(directory).sort()).toEqual(expected.sort());
});
