import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHistory, encodeEntry, OUTCOMES, type StartEntry, trimmedHistory } from './entry.ts';

const entry: fc.Arbitrary<StartEntry> = fc.record({
  id: fc.uuid(),
  at: fc.nat(),
  directory: fc.string({ unit: 'binary' }),
  flags: fc.array(fc.string()),
  prompts: fc.array(fc.string({ unit: 'binary' })),
  command: fc.option(fc.array(fc.string({ unit: 'binary' }))),
  withheld: fc.array(fc.string()),
  outcome: fc.constantFrom(...OUTCOMES),
  reason: fc.option(fc.string()),
  sessions: fc.array(fc.record({ id: fc.string(), name: fc.string(), host: fc.string() })),
});
const made = (i: number): StartEntry => ({
  ...{ id: `id-${i}`, at: i, directory: '/', flags: [], prompts: [], command: ['true'], withheld: [] },
  ...{ outcome: 'started', reason: null, sessions: [] },
});
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => encodeEntry(made(from + i))).join('');
const numbered = (text: string) => decodeHistory(text).map(({ number, at }) => [number, at]);

test('what is noted is read back, whatever stands between', () => {
  const foreign = fc.oneof(
    fc.string().map((text) => text.replaceAll('\n', '')),
    fc.json(),
    entry.map((one) => encodeEntry(one).slice(0, -7)),
  );
  const line = fc.oneof(
    entry.map((one) => [one, encodeEntry(one)] as const),
    foreign.map((text) => [null, `${text}\n`] as const),
  );
  fc.assert(
    fc.property(fc.uniqueArray(line, { selector: ([one], ...rest) => one?.id ?? rest }), (all) => {
      const expected = all.flatMap(([one]) => (one ? [one] : []));
      const found = decodeHistory(all.map(([, text]) => text).join(''));
      expect(found.map(({ number: _number, ...one }) => one)).toEqual(expected);
    }),
  );
});

test('a line that is there twice counts once, and one of somebody else keeps its number', () => {
  expect(numbered(`${lines(0, 2)}{}\nnonsense\n${encodeEntry(made(1))}${lines(5, 6)}`)).toEqual([
    [1, 0],
    [2, 1],
    [6, 5],
  ]);
});

test('the newest 1,000 stay, under their numbers, however often it is trimmed', () => {
  expect(trimmedHistory(lines(0, 1250))).toBeNull();
  const once = trimmedHistory(lines(0, 1300)) ?? '';
  expect(numbered(once)).toHaveLength(1000);
  expect(numbered(once)[0]).toEqual([301, 300]);
  const twice = trimmedHistory(once + lines(1300, 1600)) ?? '';
  expect(numbered(twice)[0]).toEqual([601, 600]);
  expect(numbered(twice).at(-1)).toEqual([1600, 1599]);
  expect(trimmedHistory(twice)).toBeNull();
});

test('few that are long are trimmed by their bytes', () => {
  const long = Array.from({ length: 30 }, (_, i) =>
    encodeEntry({ ...made(i), prompts: ['é'.repeat(100_000)] }),
  );
  const kept = numbered(trimmedHistory(long.join('')) ?? '');
  expect(kept.at(-1)).toEqual([30, 29]);
  expect(kept).toHaveLength(20);
});
