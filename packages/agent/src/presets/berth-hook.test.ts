import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hookCommand } from '../domain/presets.ts';

const SCRIPT = path.join(import.meta.dirname, 'berth-hook.sh');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync("/tmp/berth it's-");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const PATH = process.env.PATH;
/** Larger than a pipe holds: who does not read it breaks the pipe of the tool. */
const PAYLOAD = JSON.stringify({ text: 'a\n"$HOME`\\'.repeat(30_000) });
const call = (env: Record<string, string>, how: 'session' | 'installed' = 'session') =>
  spawnSync('sh', ['-c', hookCommand('claude', how, SCRIPT)], {
    input: PAYLOAD,
    env: { PATH, ...env },
    encoding: 'utf8',
  });
const quiet = { status: 0, stdout: '', stderr: '', signal: null };

it('puts the payload into the status directory, whole, as a new file each time', () => {
  for (let i = 0; i < 3; i++) expect(call({ BERTH_STATUS_DIR: directory })).toMatchObject(quiet);
  const files = readdirSync(directory);
  expect(files).toHaveLength(3);
  for (const name of files) {
    expect(name).toMatch(/^claude\.\d{19}-\d+\.event\.json$/);
    expect(readFileSync(path.join(directory, name), 'utf8')).toBe(PAYLOAD);
    expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
  }
});

it('takes a payload that comes as an argument', () => {
  const env = { PATH, BERTH_STATUS_DIR: directory };
  execFileSync('sh', [SCRIPT, 'codex', 'session', '{"say":"%s -n"}'], { env, stdio: 'ignore' });
  const [name = ''] = readdirSync(directory);
  expect(readFileSync(path.join(directory, name), 'utf8')).toBe('{"say":"%s -n"}');
});

it.each([
  ['no status directory', {}],
  ['one that is gone', { BERTH_STATUS_DIR: '/nowhere/status' }],
])('does nothing, and well, with %s', (_what, env) => {
  const result = call(env);
  expect(result).toMatchObject(quiet);
  expect(result.error).toBe(undefined);
});

it('leaves nothing half where it cannot write', () => {
  const result = spawnSync('sh', ['-c', `ulimit -f 1; ${hookCommand('claude', 'session', SCRIPT)}`], {
    input: PAYLOAD,
    env: { PATH, BERTH_STATUS_DIR: directory },
    encoding: 'utf8',
  });
  expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(readdirSync(directory)).toEqual([]);
});

it('is silent as installed where the session has hooks of its own', () => {
  const env = { BERTH_STATUS_DIR: directory, BERTH_HOOKED: 'claude' };
  expect(call(env, 'installed').error).toBe(undefined);
  expect(readdirSync(directory)).toEqual([]);
  call({ ...env, BERTH_HOOKED: 'codex' }, 'installed');
  expect(readdirSync(directory)).toHaveLength(1);
  expect(existsSync(SCRIPT)).toBe(true);
});
