import { expect, test } from 'vitest';
import { PersonSigns } from './person-sign.ts';

test.each([
  ['x', 'typed'],
  ['\u001b', 'typed'],
  ['\u001b[A', 'typed'],
  ['ü', 'typed'],
  ['\u001b[I', 'came'],
  ['\u001b[O', 'left'],
  ['\u001b[I\u001b[O', 'left'],
  ['\u001b[Ox', 'typed'],
  ['\u001b[?62;22c', null],
  ['\u001b[12;40R', null],
  ['\u001b]11;rgb:00/00/00\u001b\\', null],
  ['\u001bP>|xterm(379)\u001b\\\u001b[I', 'came'],
  ['', null],
])('%j', (text, sign) => expect(new PersonSigns().push(Buffer.from(text, 'latin1'))).toBe(sign));
