/** What a host does with an archive of code-server: whole or not there, whatever broke before. Linux. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shellHere } from '../../../../test/support/shell-here.ts';
import { installCodeServer } from './code-server.ts';
import type { RemoteShell } from './remote-shell.ts';

let home: string;
let base: string;
let archive: string;
/** Scripts that were started, by the order of it. */
let scripts: ChildProcess[];
const { signal } = new AbortController();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'berth-code-server-'));
  base = join(home, '.local/share/berth/code-server');
  scripts = [];
  const made = join(home, 'made');
  mkdirSync(join(made, 'bin'), { recursive: true });
  const program = join(made, 'bin/code-server');
  writeFileSync(program, "#!/bin/sh\necho '4.5.6 abc with Code 1.2.3'\n");
  chmodSync(program, 0o755);
  archive = join(home, 'made.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', made, '.']);
});
afterEach(() => {
  for (const { pid } of scripts) killAll(pid);
  rmSync(home, { recursive: true, force: true });
});

/** With what belongs to it. */
function killAll(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const host = (way: { breaksOff?: boolean } = {}) =>
  shellHere({ home, onScript: (script) => scripts.push(script), ...way });

const install = (shell: RemoteShell, stillSeconds?: number) =>
  installCodeServer(shell, {
    archive,
    progress: () => {},
    signal,
    ...(stillSeconds ? { stillSeconds } : {}),
  });
const there = () => readdirSync(base).filter((name) => name !== '.lock');
const arrives = () => existsSync(base) && there().some((name) => existsSync(join(base, name, '.archive')));

test('is there as a whole', async () => {
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  expect(there()).toEqual(['4.5.6']);
});

test('one that was killed in the middle leaves nothing that the next one minds', async () => {
  const first = install(host({ breaksOff: true }));
  await expect.poll(arrives).toBe(true);
  killAll(scripts[0]?.pid);
  await expect(first).rejects.toMatchObject({ reason: 'EDITOR_INSTALL_FAILED' });
  expect(there()).not.toEqual([]);
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  expect(there()).toEqual(['4.5.6']);
});

test('one whose cable was cut gives up, and the next one goes on', async () => {
  const first = install(host({ breaksOff: true }), 0.05);
  const refused = expect(first).rejects.toMatchObject({
    message: expect.stringMatching(/nothing came any more/),
  });
  await expect.poll(arrives).toBe(true);
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  await refused;
  expect(there()).toEqual(['4.5.6']);
});
