import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endMarker } from '../domain/end-marker.ts';
import type { SessionPaths } from '../sessions/ports.ts';
import { createTranscripts } from './transcripts.ts';

const ID = 'sess-20261120-083022-a1b2c3';
const marker = endMarker(ID);
let scratch: string;
let paths: SessionPaths;

beforeEach(() => {
  scratch = mkdtempSync('/tmp/bx-');
  const directory = path.join(scratch, ID);
  mkdirSync(directory);
  paths = { directory, transcript: path.join(directory, 'transcript') } as SessionPaths;
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const make = (capBytes = 2 ** 30) =>
  createTranscripts({
    capBytes,
    onProblem: (message) => {
      throw new Error(message);
    },
  });

async function collect(transcripts: ReturnType<typeof make>, offset = 0) {
  const chunks: { offset: number; data: Uint8Array }[] = [];
  const request = { offset, signal: new AbortController().signal };
  for await (const chunk of transcripts.read(paths, request)) chunks.push(chunk);
  return { start: chunks[0]?.offset, text: Buffer.concat(chunks.map(({ data }) => data)).toString('latin1') };
}

test('a transcript that is not there is empty', async () => {
  expect(await make().extent(paths)).toEqual({ start: 0, end: 0 });
  expect((await collect(make())).text).toBe('');
  expect(await make().finish(paths, { timeoutMs: 0 })).toBe(false);
});

test('a beginning of the marker is held back until it is known what it is', async () => {
  const transcripts = make();
  await transcripts.create(paths);
  appendFileSync(paths.transcript, `hello${marker.slice(0, 9)}`);
  expect(await transcripts.extent(paths)).toEqual({ start: 0, end: 5 });
  expect((await collect(transcripts)).text).toBe('hello');
  const whole = transcripts.finish(paths, { timeoutMs: 10_000 });
  appendFileSync(paths.transcript, marker.slice(9));
  expect(await whole).toBe(true);
  expect(statSync(paths.transcript).size).toBe(5);
});

test('where the marker does not come, finish says so, and nothing stays held back', async () => {
  const transcripts = make();
  await transcripts.create(paths);
  appendFileSync(paths.transcript, 'hello\u001b');
  expect(await transcripts.finish(paths, { timeoutMs: 60 })).toBe(false);
  expect((await collect(transcripts)).text).toBe('hello');
  expect(await transcripts.finish(paths, { timeoutMs: 0 })).toBe(false);
  expect((await collect(transcripts)).text).toBe('hello\u001b');
});

test('what follows the marker is kept, and delivered once the marker is out', async () => {
  const transcripts = make();
  await transcripts.create(paths);
  appendFileSync(paths.transcript, `first${marker}later`);
  expect(await transcripts.finish(paths, { timeoutMs: 1000 })).toBe(true);
  expect((await collect(transcripts)).text).toBe('first');
  expect(await transcripts.finish(paths, { timeoutMs: 0 })).toBe(true);
  expect((await collect(transcripts, 5)).text).toBe('later');
  expect(readFileSync(paths.transcript, 'utf8')).toBe('firstlater');
});

test('the cap drops the oldest bytes, gives their room back, and moves no offset', async () => {
  const transcripts = make(64 * 1024);
  const line = (n: number) => `${String(n).padStart(7, '0')}\n`;
  writeFileSync(paths.transcript, Array.from({ length: 40_000 }, (_, n) => line(n)).join(''));
  await Promise.all([transcripts.trim(paths), transcripts.trim(paths)]);
  const { start, end } = await transcripts.extent(paths);
  expect(end).toBe(320_000);
  expect(end - start).toBeGreaterThanOrEqual(64 * 1024);
  expect(end - start).toBeLessThan(64 * 1024 + 4096);
  expect(statSync(paths.transcript).blocks * 512).toBeLessThan(80 * 1024);
  const read = await collect(transcripts);
  expect(read.start).toBe(start);
  expect(read.text.slice(0, 8)).toBe(line(start / 8));
  appendFileSync(paths.transcript, line(40_000));
  await transcripts.trim(paths);
  expect((await transcripts.extent(paths)).start).toBe(start);
  expect((await collect(transcripts, 320_000)).text).toBe(line(40_000));
});

test('rendering shows what a person saw: redrawn lines, joined wraps, the last lines', async () => {
  const transcripts = make();
  const drawn = '\u001b[2J\u001b[Hone\r\n10%\r100%\r\n\u001b[31mred\u001b[0m\r\n';
  writeFileSync(paths.transcript, `${drawn}${'w'.repeat(50)}\r\n\u001b[1;1HONE\u001b[8;1H\r\n\r\n`);
  const size = { columns: 40, rows: 10 };
  const all = await transcripts.render(paths, { ...size, lines: 0 });
  expect(all).toEqual(['ONE', '100%', 'red', 'w'.repeat(50)]);
  expect(await transcripts.render(paths, { ...size, lines: 2 })).toEqual(['red', 'w'.repeat(50)]);
});
