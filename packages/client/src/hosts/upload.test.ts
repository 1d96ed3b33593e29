/** How the agent's program comes to a host, and what is kept of it for the next one. Linux. */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shellHere } from '../../../../test/support/shell-here.ts';
import { PackedPrograms } from './packed-programs.ts';
import type { RemoteShell } from './remote-shell.ts';
import { type AgentBinary, describeBinary, upload } from './upload.ts';

let directory: string;
let cache: string;
let program: Buffer;
let binary: AgentBinary;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'berth-upload-'));
  cache = join(directory, 'cache/agents');
  binary = await programOf('one');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function programOf(name: string): Promise<AgentBinary> {
  program = randomBytes(2 ** 20);
  const file = join(directory, name);
  writeFileSync(file, program);
  return await describeBinary(file, '1.2.3');
}

/** `sent` gets the input. */
function host(name: string, sent: Buffer[] = []): RemoteShell {
  return shellHere({ home: join(directory, name), onChunk: (chunk) => sent.push(chunk) });
}

function bring(shell: RemoteShell, shares: number[] = []): Promise<'there' | 'uploaded'> {
  const packed = new PackedPrograms(cache);
  return upload(shell, binary, {
    scope: 'user',
    sudo: false,
    packed,
    progress: (share) => shares.push(share),
  });
}

const arrived = (name: string) =>
  readFileSync(join(directory, name, '.local/lib/berth/versions', binary.version, 'berthd'));
const keptFile = () => join(cache, `${binary.sha256}.gz`);

test('comes whole, and is not brought again', async () => {
  const shares: number[] = [];
  expect(await bring(host('a'), shares)).toBe('uploaded');
  expect(arrived('a').equals(program)).toBe(true);
  expect(shares.at(-1)).toBe(1);
  expect(await bring(host('a'))).toBe('there');
});

test('the next host gets what was compressed for the first one', async () => {
  const [first, second]: [Buffer[], Buffer[]] = [[], []];
  await bring(host('a', first));
  expect(gunzipSync(readFileSync(keptFile())).equals(program)).toBe(true);
  // Only what is kept can be it.
  const other = gzipSync(program, { level: 9 });
  writeFileSync(keptFile(), other);
  const shares: number[] = [];
  expect(await bring(host('b', second), shares)).toBe('uploaded');
  expect(arrived('b').equals(program)).toBe(true);
  expect(Buffer.concat(second).equals(other)).toBe(true);
  expect(shares.at(-1)).toBe(1);
});

test.each([
  ['cut short', (whole: Buffer) => whole.subarray(0, 1000)],
  ['of something else', () => gzipSync('not the program')],
  ['no archive at all', () => Buffer.from('x')],
])('what is kept and is %s is made anew', async (_, damage) => {
  await bring(host('a'));
  writeFileSync(keptFile(), damage(readFileSync(keptFile())));
  expect(await bring(host('b'))).toBe('uploaded');
  expect(arrived('b').equals(program)).toBe(true);
  expect(gunzipSync(readFileSync(keptFile())).equals(program)).toBe(true);
});

test('a program that changes on its way is refused, and nothing is kept of it', async () => {
  writeFileSync(binary.file, randomBytes(2 ** 20));
  await expect(bring(host('a'))).rejects.toMatchObject({ message: /arrived damaged/ });
  expect(readdirSync(cache)).toEqual([]);
});

test('what breaks off in the middle leaves nothing', async () => {
  for await (const _ of new PackedPrograms(cache).stream(binary, () => {})) break;
  expect(readdirSync(cache)).toEqual([]);
});

test('comes whole where nothing can be kept', async () => {
  writeFileSync(join(directory, 'cache'), 'a file in its place');
  expect(await bring(host('a'))).toBe('uploaded');
  expect(arrived('a').equals(program)).toBe(true);
});

test('keeps the four that were used last, and clears away what a killed client began', async () => {
  const made: string[] = [];
  for (const [age, name] of ['one', 'two', 'three', 'four'].entries()) {
    binary = await programOf(name);
    await bring(host('a'));
    const time = Date.now() / 1000 - 1000 + age;
    utimesSync(keptFile(), time, time);
    made.push(keptFile());
  }
  const begun = join(cache, 'x.gz.new-1');
  writeFileSync(begun, '');
  utimesSync(begun, 1, 1);
  // The oldest one is used once more.
  for await (const _ of new PackedPrograms(cache).stream(
    { ...binary, sha256: made[0]?.slice(-67, -3) ?? '' },
    () => {},
  ));
  binary = await programOf('five');
  await bring(host('a'));
  expect(made.map((file) => existsSync(file))).toEqual([true, false, true, true]);
  expect(existsSync(begun)).toBe(false);
});
