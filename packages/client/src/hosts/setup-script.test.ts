import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentSettings, setupScript } from './setup-script.ts';

const HOST = { name: 'dev', kind: 'ssh', labels: {}, scope: 'user', enabled: true } as const;

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'berth-setup-'));
  const version = path.join(home, '.local/lib/berth/versions/1.0-abc');
  mkdirSync(version, { recursive: true });
  writeFileSync(path.join(version, 'berthd'), '#!/bin/sh\necho "$@"\n');
  chmodSync(path.join(version, 'berthd'), 0o755);
});
afterEach(() => rmSync(home, { recursive: true }));

const file = () => path.join(home, '.config/berth/berthd.env');
function run(settings: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: home };
  const args = ['-c', setupScript('user'), 'sh', '1.0-abc', ...settings];
  return execFileSync('sh', args, { encoding: 'utf8', env });
}

test('the agent is told what remotes.yaml says of its host, and its other settings stay', () => {
  const host = { ...HOST, sessionsDir: '~/reports' };
  expect(run(agentSettings(host, 4))).toBe('setup --user --json\n');
  expect(readFileSync(file(), 'utf8')).toBe('BERTHD_SLOTS=4\nBERTHD_EXTERNAL_SESSIONS=~/reports\n');
  writeFileSync(file(), '# mine\nBERTHD_MAX_SESSIONS=6\nBERTHD_EXTERNAL_SESSIONS=/old\nBERTHD_SLOTS=2\n');
  run(agentSettings(host, undefined));
  expect(readFileSync(file(), 'utf8')).toBe(
    '# mine\nBERTHD_MAX_SESSIONS=6\nBERTHD_SLOTS=2\nBERTHD_EXTERNAL_SESSIONS=~/reports\n',
  );
});

test('where it says nothing of that, nothing is written', () => {
  expect(run(agentSettings(HOST, undefined))).toBe('setup --user --json\n');
  expect(() => readFileSync(file())).toThrow(/ENOENT/);
});
