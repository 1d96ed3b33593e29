/** Archives that arrive: forged ones write nothing outside, broken ones leave nothing. */
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
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receive } from './receive.ts';

let scratch: string;
let to: string;
let outside: string;

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'berth-receive-'));
  [to, outside] = [path.join(scratch, 'to'), path.join(scratch, 'outside')];
  for (const directory of [to, outside, path.join(scratch, 'from')]) mkdirSync(directory);
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const { signal } = new AbortController();
/** An archive made in `from` with exactly these words. */
const tar = (...words: string[]) =>
  execFileSync('tar', ['-c', '-P', '-f', '-', '-C', path.join(scratch, 'from'), ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const put = (name: string, text = 'evil') => writeFileSync(path.join(scratch, 'from', name), text);
async function* pieces(data: Uint8Array) {
  for (let at = 0; at < data.length; at += 1000) yield data.subarray(at, at + 1000);
}
const take = (data: Uint8Array, names?: ReadonlyMap<string, string>) =>
  receive({ archive: pieces(data), directory: to, signal, ...(names ? { names } : {}) });

test('takes what it is to take, under the name it is to have', async () => {
  put('a', 'good');
  await take(tar('./a'), new Map([['a', 'b']]));
  expect(readFileSync(path.join(to, 'b'), 'utf8')).toBe('good');
  expect(readdirSync(to)).toEqual(['b']);
});

test.each([
  ['a parent', '--transform=s,a,../outside/evil,'],
  ['an absolute name', '--transform=s,^a,OUTSIDE/evil,'],
])('writes nothing by %s', async (_what, transform) => {
  put('a');
  await take(tar(transform.replace('OUTSIDE', outside), 'a')).catch(() => {});
  expect(readdirSync(outside)).toEqual([]);
});

test('writes nothing through a link that came before', async () => {
  symlinkSync(outside, path.join(scratch, 'from', 'link'));
  put('evil');
  const forged = path.join(scratch, 'forged.tar');
  writeFileSync(forged, tar('link'));
  execFileSync('tar', [
    '-r',
    '-f',
    forged,
    '-C',
    path.join(scratch, 'from'),
    '--transform=s,evil,link/evil,',
    'evil',
  ]);
  await take(readFileSync(forged)).catch(() => {});
  expect(readdirSync(outside)).toEqual([]);
});

test('writes nothing through a link that stands at the place', async () => {
  symlinkSync(outside, path.join(to, 'd'));
  mkdirSync(path.join(scratch, 'from', 'd'));
  put('d/evil');
  await expect(take(tar('d'))).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  expect(readdirSync(outside)).toEqual([]);
});

test('takes no other name than those that were asked for, and no pipe', async () => {
  put('a');
  put('other');
  await expect(take(tar('a', 'other'), new Map([['a', 'a']]))).rejects.toMatchObject({
    reason: 'EXEC_FAILED',
  });
  execFileSync('mkfifo', [path.join(scratch, 'from', 'pipe')]);
  await expect(take(tar('a', 'pipe'))).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  expect(readdirSync(to)).toEqual([]);
});

test('leaves what was there where the archive breaks off', async () => {
  put('a', 'x'.repeat(100_000));
  writeFileSync(path.join(to, 'a'), 'old');
  await expect(take(tar('a').subarray(0, 50_000))).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
  async function* breaks() {
    yield tar('a').subarray(0, 50_000);
    throw new Error('the link broke');
  }
  await expect(receive({ archive: breaks(), directory: to, signal })).rejects.toThrow('the link broke');
  expect(readdirSync(to)).toEqual(['a']);
  expect(readFileSync(path.join(to, 'a'), 'utf8')).toBe('old');
});

test('merges directories as cp does', async () => {
  for (const place of ['from/d', 'to/d']) mkdirSync(path.join(scratch, place));
  put('d/new', 'new');
  writeFileSync(path.join(to, 'd', 'old'), 'old');
  await take(tar('d'));
  expect(readdirSync(path.join(to, 'd')).sort()).toEqual(['new', 'old']);
  expect(existsSync(path.join(to, 'd', 'new'))).toBe(true);
});
