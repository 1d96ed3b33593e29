import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPins } from './pins.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bp-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('keeps the first id of a name until it is forgotten', () => {
  expect(createPins(directory).pin('dev', 'one')).toBe('one');
  expect(createPins(directory).pin('dev', 'two')).toBe('one');
  expect(createPins(directory).get('dev')).toBe('one');
  expect(statSync(path.join(directory, 'pins.json')).mode & 0o777).toBe(0o600);
  expect(createPins(directory).forget('dev')).toBe(true);
  expect(createPins(directory).forget('dev')).toBe(false);
  expect(createPins(directory).pin('dev', 'two')).toBe('two');
});

it('refuses to go on from a damaged file, and leaves it', () => {
  const file = path.join(directory, 'pins.json');
  writeFileSync(file, '{"dev": "on');
  for (const act of [
    () => createPins(directory).get('dev'),
    () => createPins(directory).pin('dev', 'x'),
    () => createPins(directory).forget('dev'),
  ])
    expect(act).toThrow(expect.objectContaining({ reason: 'CONFIG_INVALID' }));
  expect(readFileSync(file, 'utf8')).toBe('{"dev": "on');
});

it('goes on where a client was killed while it held the lock', () => {
  const lock = path.join(directory, 'pins.json.lock');
  writeFileSync(lock, '');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(createPins(directory).pin('dev', 'one')).toBe('one');
});

it('loses no pin of clients that pin at the same time', async () => {
  const pins = new URL('./pins.ts', import.meta.url).href;
  const script = `
    import { createPins } from ${JSON.stringify(pins)};
    const [directory, own] = process.argv.slice(-2);
    for (let i = 0; i < 50; i++) createPins(directory).pin(own + i, own);`;
  const clients = ['a', 'b', 'c', 'd'].map((own) =>
    spawn(process.execPath, ['--input-type=module', '-e', script, directory, own], { stdio: 'inherit' }),
  );
  const ends = await Promise.all(clients.map((client) => once(client, 'exit')));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0]);
  expect(Object.keys(JSON.parse(readFileSync(path.join(directory, 'pins.json'), 'utf8')))).toHaveLength(200);
});
