import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installedAgent } from './installed-agent.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'installed-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string): string {
  const file = path.join(dir, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '', { mode: 0o755 });
  return file;
}

test('beside the client, then where packages put it, then on the PATH', () => {
  const client = put('bin/berth');
  symlinkSync(client, path.join(dir, 'link'));
  const query = {
    env: { PATH: `.:${path.join(dir, 'path')}` },
    executable: path.join(dir, 'link'),
    system: path.join(dir, 'usr/bin/berthd'),
  };
  expect(() => installedAgent(query)).toThrow(expect.objectContaining({ reason: 'AGENT_MISSING' }));
  const places = ['path/berthd', 'usr/bin/berthd', `bin/berthd-linux-${process.arch}`, 'bin/berthd'];
  for (const place of places) {
    const file = put(place);
    expect(installedAgent(query)).toBe(file);
  }
});
