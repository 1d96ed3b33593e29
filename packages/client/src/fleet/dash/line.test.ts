import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textWidth } from '../../render/width.ts';
import { cellsOf, columnsFor, headOf } from './line.ts';
import { aHost, aSession } from './sample.ts';
import { dashView, PLAIN_LOOK } from './view.ts';

const TEXT = fc.string({
  unit: fc.constantFrom('a', ' ', '日', '🙂', '\u0301', '\u001b', 'é', '\t'),
  maxLength: 60,
});

test('a row is as wide as the terminal, whatever is in it', () => {
  fc.assert(
    fc.property(
      TEXT,
      TEXT,
      fc.integer({ min: 40, max: 200 }),
      fc.integer({ min: 1, max: 3 }),
      (name, prompt, width, hosts) => {
        const { rows } = dashView([aHost('local', [aSession({ name, prompt })])], PLAIN_LOOK, 0);
        const columns = columnsFor(rows, { columns: width, hosts });
        const cells = cellsOf(rows[0] as (typeof rows)[0], { columns, now: 0, selected: true, marked: true });
        expect(textWidth(cells.lead + cells.state + cells.rest)).toBe(width);
        expect(textWidth(headOf(columns))).toBe(width);
      },
    ),
  );
});

test('what is selected, marked, stale or quieted is told without colours', () => {
  const at = { link: 'unreachable', asOf: 60_000 } as const;
  const attention = { kind: 'input', reason: '', line: '', source: 'hook', since: 0, event: 1 } as const;
  const session = aSession({ name: 'n', prompt: 'p', attention: { ...attention, snoozedUntil: 360_000 } });
  const { rows } = dashView([aHost('vm', [session], at)], PLAIN_LOOK, 120_000);
  const columns = columnsFor(rows, { columns: 100, hosts: 2 });
  const cells = cellsOf(rows[0] as (typeof rows)[0], { columns, now: 120_000, selected: true, marked: true });
  expect(cells.lead).toBe('›●');
  expect(cells.rest).toMatch(/^ {2}vm .*\(as of 1m ago\) \(snoozed for 4m\) p *$/);
});
