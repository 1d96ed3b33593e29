import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CODE_PORT, candidates, OWN_PORTS, parsePortWords, UI_PORT } from './port-words.ts';

const port = fc.integer({ min: 1, max: 65_535 });

test.each([
  [['3000'], [{ port: 3000, local: null }]],
  [['3000:8080'], [{ port: 3000, local: 8080 }]],
  // What is only preferred does not take what is asked for.
  [
    ['3000', '80:3000'],
    [
      { port: 80, local: 3000 },
      { port: 3000, local: null },
    ],
  ],
  [[], []],
])('%j', (words, parsed) => {
  expect(parsePortWords(words)).toEqual(parsed);
});

test.each([
  ...[
    '',
    '0',
    '65536',
    '-1',
    '+1',
    '1.5',
    '0x50',
    ' 80',
    '80 ',
    'x',
    '٣',
    ':80',
    '80:',
    '1:2:3',
    '1:0',
    '999999',
  ].map((word) => [word]),
  ['80', '80:8080'],
  ['80:9000', '81:9000'],
])('%j is no way to say a port', (...words) => {
  expect(() => parsePortWords(words)).toThrow(/^cannot (forward|have)/);
});

test('what is written is what is read', () => {
  fc.assert(
    fc.property(port, fc.option(port), (number, local) => {
      expect(parsePortWords([local === null ? `${number}` : `${number}:${local}`])).toEqual([
        { port: number, local },
      ]);
    }),
  );
});

test('the ports that berth ui and berth code may have are their own', () => {
  for (const first of [UI_PORT, CODE_PORT])
    for (const one of candidates(first)) if (one !== 0) expect(OWN_PORTS).toContain(one);
});

test('the port itself is tried first, any at last, and none beyond the highest', () => {
  fc.assert(
    fc.property(port, (number) => {
      const tried = candidates(number);
      expect(tried[0]).toBe(number);
      expect(tried.at(-1)).toBe(0);
      expect(tried.every((one) => one >= 0 && one <= 65_535)).toBe(true);
      const named = tried.filter((one) => one !== 0);
      expect(new Set(named).size).toBe(named.length);
    }),
  );
  expect(candidates(80).slice(0, 3)).toEqual([80, 8080, 8081]);
  expect(candidates(443)[1]).toBe(8443);
});
