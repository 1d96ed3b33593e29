import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SessionPaths } from '../sessions/ports.ts';
import { createStatusFiles } from './status-files.ts';

test('reads regular files, and waits for nothing that took the place of one', async () => {
  const statusDir = mkdtempSync(path.join(tmpdir(), 'berth-status-'));
  onTestFinished(() => rmSync(statusDir, { recursive: true }));
  const paths = { statusDir } as SessionPaths;
  writeFileSync(path.join(statusDir, 'tool.json'), '{}');
  symlinkSync('tool.json', path.join(statusDir, 'link.json'));
  execFileSync('mkfifo', [path.join(statusDir, 'pipe.json')]);
  const files = createStatusFiles();
  expect((await files.list(paths)).map(({ name }) => name)).toEqual(['tool.json']);
  const texts = ['tool.json', 'link.json', 'pipe.json', 'gone.json'].map((name) => files.text(paths, name));
  expect(await Promise.all(texts)).toEqual(['{}', null, null, null]);
});
