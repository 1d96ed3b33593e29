import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AgentBinaryQuery, findAgentBinary } from './agent-binaries.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'binaries-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, mode = 0o755): string {
  const file = path.join(dir, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '', { mode });
  return file;
}

function find(query: Partial<AgentBinaryQuery> & { executable: string }): string {
  return findAgentBinary({ arch: 'x64', ownArch: 'x64', env: {}, root: path.join(dir, 'root'), ...query });
}

test('each place, the nearest first', () => {
  const executable = put('opt/bin/berth');
  const places = [
    'root/usr/bin/berthd',
    'opt/bin/berthd',
    'root/usr/lib/berth/berthd-linux-x64',
    'opt/lib/berth/berthd-linux-x64',
    'opt/bin/berthd-linux-x64',
  ];
  for (const place of places) {
    const file = put(place);
    expect(find({ executable })).toBe(file);
  }
  const given = put('given/berthd-linux-x64');
  expect(find({ executable, env: { BERTH_AGENT_DIR: path.dirname(given) } })).toBe(given);
});

test('a plain berthd is taken for its own architecture alone', () => {
  const executable = put('bin/berth');
  put('bin/berthd');
  put('root/usr/bin/berthd');
  expect(() => find({ executable, arch: 'arm64' })).toThrow(BerthError);
});

test('a link to the client leads to what is beside the client', () => {
  const agent = put('release/berthd-linux-arm64');
  symlinkSync(put('release/berth-linux-x64'), path.join(dir, 'berth'));
  expect(find({ executable: path.join(dir, 'berth'), arch: 'arm64' })).toBe(agent);
});

test('in a checkout, what build:release made', () => {
  const executable = put('checkout/node_modules/node/bin/node');
  expect(() => find({ executable, arch: 'arm64' })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('npm run build:release -- --arch arm64') }),
  );
  const agent = put('checkout/dist/release/berthd-linux-arm64');
  expect(find({ executable, arch: 'arm64' })).toBe(agent);
});

test('neither a directory nor a file that cannot run', () => {
  const executable = put('bin/berth');
  put('bin/berthd-linux-x64', 0o644);
  mkdirSync(path.join(dir, 'bin/berthd'));
  expect(() => find({ executable })).toThrow(
    expect.objectContaining({ reason: 'USAGE', hint: expect.stringContaining('BERTH_AGENT_DIR') }),
  );
});
