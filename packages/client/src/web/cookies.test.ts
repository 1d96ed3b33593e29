import { expect, test } from 'vitest';
import { cookiesOf, framedCookie, withoutOwn } from './cookies.ts';

test.each([
  ['berth-ui-1=a', 'berth-ui-1', ['a']],
  ['x=1; berth-ui-1=a=b; y=2', 'berth-ui-1', ['a=b']],
  ['berth-ui-1=of another path; berth-ui-1=a', 'berth-ui-1', ['of another path', 'a']],
  ['xberth-ui-1=a', 'berth-ui-1', []],
  ['berth-ui-1', 'berth-ui-1', []],
  [undefined, 'berth-ui-1', []],
])('%s', (header, name, values) => expect(cookiesOf(header, name)).toEqual(values));

test.each([
  ['a=1; berth-app=x; b=2', 'a=1; b=2'],
  ['Berth-App=x', undefined],
  ['a=1; notberth-app=2', 'a=1; notberth-app=2'],
  ['', undefined],
  [undefined, undefined],
])('an app gets of %s: %s', (header, rest) => expect(withoutOwn(header)).toBe(rest));

test.each([
  ['a=1', 'a=1; SameSite=None; Secure; Partitioned'],
  [
    'a=1; Domain=localhost; Path=/x; HttpOnly; samesite=strict; Secure',
    'a=1; Path=/x; HttpOnly; SameSite=None; Secure; Partitioned',
  ],
  ['berth-app=1; Path=/', null],
  ['BERTH-ui-1=1', null],
  [' berth-app =1', null],
])('an app sets by %s: %s', (line, set) => expect(framedCookie(line)).toBe(set));
