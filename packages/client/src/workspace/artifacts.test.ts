/** Output files of a session, out of an archive that a host made. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostClient } from '../rpc/host-client.ts';
import { bringArtifacts } from './artifacts.ts';

let dir: string;
let here: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'artifacts-'));
  here = join(dir, 'here');
  mkdirSync(join(dir, 'host/output/in'), { recursive: true });
  writeFileSync(join(dir, 'host/output/in/report.txt'), 'report\n');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function* archive() {
  yield execFileSync('tar', ['-c', '-C', join(dir, 'host/output'), '.']);
}

async function bring(download: () => AsyncIterable<Uint8Array>, replace = false) {
  const client = { download } as unknown as HostClient;
  const signal = new AbortController().signal;
  const where = { outputDirectory: '/there/output', directory: here, replace };
  await bringArtifacts({ client, session: 'sess-1', ...where, signal });
}

test('they come as they are, and over what was there; in a directory of our own old ones go', async () => {
  mkdirSync(here);
  writeFileSync(join(here, 'mine.txt'), 'mine\n');
  await bring(archive);
  expect(readdirSync(here).sort()).toEqual(['in', 'mine.txt']);
  writeFileSync(join(dir, 'host/output/in/report.txt'), 'later\n');
  await bring(archive, true);
  expect(readdirSync(here)).toEqual(['in']);
  expect(readFileSync(join(here, 'in/report.txt'), 'utf8')).toBe('later\n');
});

test('nothing is written outside, nor where the host breaks off', async () => {
  writeFileSync(join(dir, 'evil'), 'evil\n');
  const names = ['-P', '--transform=s,evil,output/../../../escaped,', 'evil'];
  const evil = execFileSync('tar', ['-c', '-C', dir, ...names]);
  await expect(
    bring(async function* () {
      yield evil;
    }),
  ).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  expect(readdirSync(dir).sort()).toEqual(['evil', 'here', 'host']);
  await expect(
    bring(async function* () {
      yield new Uint8Array(512);
      throw new BerthError('HOST_UNREACHABLE', 'the link broke');
    }),
  ).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
  expect(readdirSync(here)).toEqual([]);
  expect(existsSync(join(dir, '..', 'escaped'))).toBe(false);
});

test('a link that came once leads nothing out the next time, and one that leads nowhere comes too', async () => {
  const output = join(dir, 'host/output');
  mkdirSync(join(dir, 'outside'));
  symlinkSync(join(dir, 'outside'), join(output, 'way'));
  symlinkSync(join(dir, 'outside/file'), join(output, 'file'));
  await bring(archive);
  expect(readdirSync(here).sort()).toEqual(['file', 'in', 'way']);
  rmSync(join(output, 'way'));
  rmSync(join(output, 'file'));
  writeFileSync(join(output, 'file'), 'mine now');
  await bring(archive);
  expect(readFileSync(join(here, 'file'), 'utf8')).toBe('mine now');
  mkdirSync(join(output, 'way'));
  writeFileSync(join(output, 'way/evil'), 'evil');
  await expect(bring(archive)).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  expect(readdirSync(join(dir, 'outside'))).toEqual([]);
});

test('no pipe or device comes', async () => {
  execFileSync('mkfifo', [join(dir, 'host/output/pipe')]);
  await expect(bring(archive)).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  expect(readdirSync(here)).toEqual([]);
});
