import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProfile } from './profile.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-profile-'));
  mkdirSync(join(directory, 'code'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const write = (file: string, text: string) => writeFileSync(join(directory, 'code', file), text);

test('what is not there is empty', () => {
  rmSync(join(directory, 'code'), { recursive: true });
  expect(readProfile(directory, 1000)).toEqual({
    settings: '',
    keybindings: '',
    extensions: [],
    idleMs: 1000,
  });
});

test('files as they are, extensions one a line', () => {
  write('settings.json', '{ /* mine */ }');
  write('keybindings.json', '[]');
  write('extensions.txt', '# tools\nms-python.python\n\n  rust-lang.rust-analyzer@1.2.3 # pinned\n');
  expect(readProfile(directory, 1000)).toEqual({
    settings: '{ /* mine */ }',
    keybindings: '[]',
    extensions: ['ms-python.python', 'rust-lang.rust-analyzer@1.2.3'],
    idleMs: 1000,
  });
});

test('a line that is no extension is named', () => {
  write('extensions.txt', 'a.b\nnot one\n');
  expect(() => readProfile(directory, 1000)).toThrow(/extensions\.txt:2: not one is no extension$/);
});

test('a file that is too large is named', () => {
  write('settings.json', 'x'.repeat(1024 * 1024 + 1));
  expect(() => readProfile(directory, 1000)).toThrow(/settings\.json is larger than 1 MiB$/);
});
