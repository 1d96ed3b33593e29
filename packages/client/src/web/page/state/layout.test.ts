import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptLayout, PLAIN_LAYOUT, readLayout, splitOf } from './layout.ts';

it('reads what it wrote', () => {
  const layout = {
    ...PLAIN_LAYOUT,
    open: ['dev:sess-1', 'dev:sess-2'],
    active: 'dev:sess-2',
    theme: 'dark',
    splits: { 'dev:sess-1': { view: 'split', ratio: 0.4 } },
  } as const;
  expect(readLayout(JSON.parse(JSON.stringify(keptLayout(layout))))).toEqual(layout);
});

it('makes a whole layout of anything', () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        open: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.constant('a:b'), fc.string(), fc.jsonValue()))),
        active: fc.oneof(fc.constant('a:b'), fc.jsonValue()),
        theme: fc.jsonValue(),
        splits: fc.oneof(
          fc.jsonValue(),
          fc.dictionary(fc.constantFrom('a:b', '__proto__', 'constructor'), fc.jsonValue()),
        ),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(hostile, (kept) => {
      const layout = readLayout(kept);
      expect(Object.keys(layout).sort()).toEqual(Object.keys(PLAIN_LAYOUT).sort());
      expect(new Set(layout.open).size).toBe(layout.open.length);
      if (layout.active !== null) expect(layout.open).toContain(layout.active);
      for (const key of ['a:b', '__proto__', 'constructor']) {
        const { view, ratio } = splitOf(layout, key);
        expect(['terminal', 'split', 'editor']).toContain(view);
        expect(ratio).toBeGreaterThan(0);
        expect(ratio).toBeLessThan(1);
      }
    }),
  );
});

it('forgets how closed tabs were shown', () => {
  const splits = { 'gone:1': { view: 'split', ratio: 0.5 } } as const;
  expect(keptLayout({ ...PLAIN_LAYOUT, splits }).splits).toEqual({});
});
