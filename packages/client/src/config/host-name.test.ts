import { expect, test } from 'vitest';
import { hostNameProblem } from './host-name.ts';

test.each([
  ['lab', null],
  ['external-2', null],
  ['external', expect.stringContaining("another tool's session")],
  ['a:b', expect.stringContaining('colon')],
])('%s', (name, problem) => expect(hostNameProblem(name)).toEqual(problem));
