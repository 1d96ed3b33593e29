import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createWatcher } from './watcher.ts';

test('appends and renames wake; a directory that vanishes, or is not there yet, does no harm', async () => {
  const directory = mkdtempSync('/tmp/bw-');
  const problems: string[] = [];
  const watcher = createWatcher({ treeLimit: 10, onProblem: (message) => problems.push(message) });
  const names = new Set<string | null>();
  try {
    using _watch = watcher.watch(directory, (name) => names.add(name));
    writeFileSync(path.join(directory, 'exit.tmp'), '');
    renameSync(path.join(directory, 'exit.tmp'), path.join(directory, 'exit'));
    appendFileSync(path.join(directory, 'transcript'), 'x');
    await vi.waitFor(() => expect([...names]).toEqual(expect.arrayContaining(['exit', 'transcript'])));
    rmSync(directory, { recursive: true });
    const later = vi.fn();
    using _late = watcher.watch(directory, later);
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'exit'), '');
    await vi.waitFor(() => expect(later).toHaveBeenCalled(), { timeout: 5000 });
    expect(watcher.watching()).toEqual({ directories: 2, polledDirectories: 0, overflows: 0 });
    expect(watcher.warnings()).toEqual([]);
    expect(problems).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
