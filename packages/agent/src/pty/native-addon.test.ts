import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpack } from './native-addon.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'addon-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const content = Buffer.from('the addon');
const unpackTo = (...directories: string[]) =>
  unpack({ name: 'pty.node', content, directories: directories.map((name) => path.join(dir, name)) });

test('unpacks once, into a directory that only its user can enter', () => {
  const file = unpackTo('cache/native');
  expect(readFileSync(file)).toEqual(content);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  const before = statSync(file).ino;
  expect(unpackTo('cache/native')).toBe(file);
  expect(statSync(file).ino).toBe(before);
});

test('another content has another name', () => {
  const file = unpackTo('native');
  const other = { name: 'pty.node', content: Buffer.from('newer'), directories: [path.join(dir, 'native')] };
  expect(unpack(other)).not.toBe(file);
});

test('what was changed under its name is put right', () => {
  const file = unpackTo('native');
  writeFileSync(file, 'something else');
  expect(unpackTo('native')).toBe(file);
  expect(readFileSync(file)).toEqual(content);
});

test('a link under its name is not followed', () => {
  const file = unpackTo('native');
  rmSync(file);
  writeFileSync(path.join(dir, 'elsewhere'), content);
  symlinkSync(path.join(dir, 'elsewhere'), file);
  unpackTo('native');
  expect(statSync(file).ino).not.toBe(statSync(path.join(dir, 'elsewhere')).ino);
});

test('takes the next directory where the first cannot be used', () => {
  writeFileSync(path.join(dir, 'file'), '');
  expect(unpackTo('file/native', 'second/native')).toMatch(/\/second\/native\/[0-9a-f]{32}-pty\.node$/);
});

test('refuses a directory that others can write to', () => {
  const file = unpackTo('native');
  chmodSync(path.dirname(file), 0o777);
  expect(() => unpackTo('native')).toThrow(/0700/);
});
