import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
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

const settings = () => join(directory, 'code/settings.json');

test.each<[string, () => void, RegExp]>([
  ['a pipe', () => execFileSync('mkfifo', [settings()]), /settings\.json: it is no file$/],
  ['a device', () => symlinkSync('/dev/zero', settings()), /settings\.json: it is no file$/],
  ['a directory', () => mkdirSync(settings()), /settings\.json: it is no file$/],
  ['a link to itself', () => symlinkSync(settings(), settings()), /settings\.json: ELOOP/],
  [
    'one without end',
    () => {
      write('settings.json', '');
      truncateSync(settings(), 2 ** 36);
    },
    /larger than 1 MiB$/,
  ],
  [
    'another encoding',
    () => writeFileSync(settings(), Buffer.from([0xff, 0xfe, 0x7b, 0])),
    /: it is no UTF-8$/,
  ],
  [
    'a link to what is gone',
    () => symlinkSync('/nowhere/settings.json', settings()),
    /\/code\/settings\.json is a link to what is not there$/,
  ],
  [
    'a directory that is such a link',
    () => {
      rmSync(join(directory, 'code'), { recursive: true });
      symlinkSync('/nowhere', join(directory, 'code'));
    },
    /\/code is a link to what is not there$/,
  ],
])('%s is no settings.json, and told at once', (_, make, told) => {
  make();
  expect(() => readProfile(directory, 1000)).toThrow(
    expect.objectContaining({ reason: 'CONFIG_INVALID', message: expect.stringMatching(told) }),
  );
});

test('a link to a file is that file, and a mark of its encoding no part of it', () => {
  writeFileSync(join(directory, 'elsewhere'), '\ufeff{}');
  symlinkSync(join(directory, 'elsewhere'), settings());
  expect(readProfile(directory, 1000).settings).toBe('{}');
});
