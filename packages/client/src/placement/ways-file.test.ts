import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Way } from './place.ts';
import { waysFile } from './ways-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ways-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const WAY: Way = { host: 'dev', how: 'queued', source: { kind: 'empty' } };

test('what one client keeps another finds, and nobody else can read it', () => {
  expect(waysFile(dir, Date.now).wentTo('a')).toBeNull();
  waysFile(dir, Date.now).goes('a', WAY);
  waysFile(dir, Date.now).goes('../a b', { ...WAY, host: 'other' });
  expect(waysFile(dir, Date.now).wentTo('a')).toEqual(WAY);
  expect(waysFile(dir, Date.now).wentTo('../a b')?.host).toBe('other');
  const [file = ''] = readdirSync(join(dir, 'requests'));
  expect(statSync(join(dir, 'requests', file)).mode & 0o777).toBe(0o600);
});

test('forgets what is old, and takes what it cannot read for nothing', () => {
  const ways = waysFile(dir, Date.now);
  ways.goes('old', WAY);
  const [file = ''] = readdirSync(join(dir, 'requests'));
  utimesSync(join(dir, 'requests', file), 0, 0);
  ways.goes('new', WAY);
  expect(ways.wentTo('old')).toBeNull();
  const [kept = ''] = readdirSync(join(dir, 'requests'));
  writeFileSync(join(dir, 'requests', kept), '{"ho');
  expect(ways.wentTo('new')).toBeNull();
});

test('a place where nothing can be kept is an error: asking again might start something twice', () => {
  writeFileSync(join(dir, 'requests'), '');
  expect(() => waysFile(dir, Date.now).goes('a', WAY)).toThrow(/cannot keep where a request goes/);
});
