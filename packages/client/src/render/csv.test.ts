import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';

it.each<[unknown, string]>([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  [' padded ', '" padded "'],
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-x "y"', '"\'-x ""y"""'],
  ['\t=1', "'    =1"],
  ['\u001b[31mred\u0007', 'red'],
  [-5, '-5'],
  [null, ''],
  ['', ''],
])('%j is %s', (value, expected) => expect(csvOf(['k'], [{ k: value }])).toBe(`k\n${expected}\n`));

it('reads back as what it was, whatever it holds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '=') });
  fc.assert(
    fc.property(fc.array(fc.record({ a: text, b: text })), (rows) => {
      const kept = (value: string) => (/^\s*=/.test(value) ? `'${value}` : value);
      const expected = rows.map(({ a, b }) => [kept(a), kept(b)]);
      expect(parse(csvOf(['a', 'b'], rows)).slice(1)).toEqual(expected);
    }),
  );
});

/** RFC 4180, read letter by letter. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (quoted && character === '"' && text[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '\n')) {
      row.push(cell);
      cell = '';
      if (character === '\n') rows.push(row.splice(0));
    } else cell += character;
  }
  return rows;
}
