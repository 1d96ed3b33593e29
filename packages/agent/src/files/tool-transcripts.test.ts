import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createToolTranscripts } from './tool-transcripts.ts';

let directory: string;
let home: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'berth-transcripts-'));
  home = path.join(directory, 'home');
  mkdirSync(home);
});
afterEach(() => rmSync(directory, { recursive: true }));

test('hands on whole lines, and goes on from there', async () => {
  const file = path.join(home, 'a.jsonl');
  writeFileSync(file, 'one\ntwo\nthr');
  const { lines } = createToolTranscripts(home);
  expect(await lines(file, 0)).toEqual({ lines: ['one', 'two', ''], end: 8 });
  expect(await lines(file, 8)).toEqual({ lines: [''], end: 8 });
  appendFileSync(file, 'ee\n');
  expect(await lines(file, 8)).toEqual({ lines: ['three', ''], end: 14 });
  expect(await lines(file, 99)).toEqual({ lines: [], end: 99 });
});

test('passes over a line that is too long, and comes to the next', async () => {
  const file = path.join(home, 'a.jsonl');
  writeFileSync(file, `${'x'.repeat(2_500_000)}\nnext\n`);
  const { lines } = createToolTranscripts(home);
  const found: string[] = [];
  for (let from = 0, end = -1; from !== end; ) {
    end = from;
    const read = await lines(file, from);
    found.push(...(read?.lines ?? []));
    from = read?.end ?? from;
  }
  expect(found).toContain('next');
});

test('reads plain files below the home alone, links followed', async () => {
  const outside = path.join(directory, 'secret');
  writeFileSync(outside, 'secret\n');
  symlinkSync(outside, path.join(home, 'link'));
  const { lines } = createToolTranscripts(home);
  for (const file of [outside, path.join(home, 'link'), `${home}/../secret`, home, `${home}/none`])
    expect(await lines(file, 0)).toBe(null);
});
