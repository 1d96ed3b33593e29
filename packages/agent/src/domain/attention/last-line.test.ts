import { expect, it } from 'vitest';
import { lastLine } from './last-line.ts';

it.each([
  ['one\r\ntwo\r\n', 'two'],
  ['\x1b[1mReally?\x1b[0m [y/N] ', 'Really? [y/N]'],
  ['text\r\n-----\r\n   \r\n', 'text'],
  ['50 %\r100 %', '100 %'],
  ['\x1b]0;title\x07shown', 'shown'],
  ['', ''],
  ['\x1b[2J\x1b[H', ''],
])('%j -> %s', (text, expected) => expect(lastLine(new TextEncoder().encode(text))).toBe(expected));
