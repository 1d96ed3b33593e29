import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLooking, openLooking } from './looking.ts';

const SESSION = { host: 'dev', sessionId: 'sess-1' };
let dir: string;
let now = 1_000_000;
const open = () => openLooking(dir, { ...SESSION, now: () => now });
const looks = (of = SESSION) => isLooking(dir, of, now);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berth-looking-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('being attached proves nothing', () => {
  using _attach = open();
  expect(looks()).toBe(false);
});

test('typing proves it for 30 s, of this session alone', () => {
  using attach = open();
  attach.sign('typed');
  expect(looks()).toBe(true);
  expect(looks({ ...SESSION, host: 'other' })).toBe(false);
  expect(looks({ ...SESSION, sessionId: 'sess-2' })).toBe(false);
  now += 29_999;
  expect(looks()).toBe(true);
  now += 1;
  expect(looks()).toBe(false);
});

test('a terminal that goes to the back ends it at once, one that comes to the front proves it', () => {
  using attach = open();
  attach.sign('typed');
  attach.sign('left');
  expect(looks()).toBe(false);
  attach.sign('came');
  expect(looks()).toBe(true);
});

test('the end of the attach ends it', () => {
  {
    using attach = open();
    attach.sign('typed');
  }
  expect(looks()).toBe(false);
  expect(readdirSync(join(dir, 'looking'))).toEqual([]);
});

test('files of the dead count for nothing and go, junk is passed over', () => {
  using attach = open();
  attach.sign('typed');
  const { pid } = spawnSync('true');
  const looking = join(dir, 'looking');
  renameSync(join(looking, `${process.pid}.json`), join(looking, `${pid}.json`));
  writeFileSync(join(looking, '1.json'), 'junk');
  expect(looks()).toBe(false);
  expect(readdirSync(looking)).toEqual(['1.json']);
});

test('nobody attached here ever', () => expect(isLooking(join(dir, 'none'), SESSION, now)).toBe(false));
