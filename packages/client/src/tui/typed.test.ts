import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { newName, snoozeTime, tagChange } from './answers.ts';
import { KeyInput } from './key-input.ts';
import { BEGINNING, lookAfter, lookNote, marksAfter } from './state.ts';
import { textAfter } from './typing.ts';

const PLAIN = { backspace: false, delete: false, ctrl: false, meta: false };

test('keys that come in one piece are read one by one, and bytes cut anywhere', async () => {
  const stdin = new PassThrough();
  const keys = new KeyInput(stdin);
  keys.listen();
  const bytes = Buffer.from('jj\u001b[A\u001bOB\r日\u001b');
  for (const byte of bytes.subarray(0, 2)) stdin.write(Buffer.from([byte]));
  stdin.write(bytes.subarray(2, 10));
  stdin.write(bytes.subarray(10));
  const read: string[] = [];
  for await (const key of keys) {
    read.push(String(key));
    if (read.length === 7) break;
  }
  expect(read).toEqual(['j', 'j', '\u001b[A', '\u001bOB', '\r', '日', '\u001b']);
});

test('what was typed ahead goes to who reads next', async () => {
  const stdin = new PassThrough();
  const keys = new KeyInput(stdin);
  keys.listen();
  stdin.write('alater');
  const [first] = await once(keys, 'data');
  keys.release();
  const next = once(stdin, 'data');
  stdin.resume();
  const [rest] = await next;
  expect([String(first), String(rest)]).toEqual(['a', 'later']);
});

test.each([
  ['x', {}, 'abx'],
  ['two\r\nlines\u001b', {}, 'abtwo lines'],
  ['', { backspace: true }, 'a'],
  ['u', { ctrl: true }, ''],
  ['', {}, null],
])('typing %j with %o', (typed, key, expected) => {
  expect(textAfter('ab', typed, { ...PLAIN, ...key })).toBe(expected);
});

test('a character of two code units is taken back whole', () => {
  expect(textAfter('a🙂', '', { ...PLAIN, backspace: true })).toBe('a');
});

test('tags', () => {
  expect(tagChange(' gpu=yes  -old a=b=c new- ')).toEqual({
    set: { gpu: 'yes', a: 'b=c' },
    remove: ['old', 'new'],
  });
  for (const bad of ['', 'gpu', '=x', '-']) expect(() => tagChange(bad)).toThrow(/KEY=VALUE/);
});

test('names and times', () => {
  expect(newName(' web ')).toBe('web');
  expect(() => newName('a:b')).toThrow(/colon/);
  expect(snoozeTime('30m')).toBe(1_800_000);
  for (const bad of ['', '0', 'soon']) expect(() => snoozeTime(bad)).toThrow(/span of time/);
});

test('filters go round, and are told', () => {
  const known = { hosts: ['local', 'vm'], tags: ['a=b'] };
  const press = (keys: string) =>
    [...keys].reduce((look, key) => lookAfter(key, look, known) ?? look, BEGINNING.look);
  expect(lookNote(press(''))).toBe('');
  expect(lookNote(press('fllhhTS'))).toBe('only asking · only remote · host vm · tag a=b · by name');
  expect(press('ffffhhhTTlllSSSSS')).toEqual(BEGINNING.look);
  expect(press('fhc')).toEqual(BEGINNING.look);
  expect(lookAfter('x', BEGINNING.look, known)).toBeNull();
});

test('marks', () => {
  const one = marksAfter(new Set(), 'a');
  expect([...one]).toEqual(['a']);
  expect([...marksAfter(one, 'a')]).toEqual([]);
});
