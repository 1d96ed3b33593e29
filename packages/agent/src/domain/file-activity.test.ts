import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BETWEEN_MS, FileActivity, QUIET_MS } from './file-activity.ts';

test('the first is told after a time of quiet, what follows gathered and seldom', () => {
  const activity = new FileActivity();
  expect(activity.dueAt()).toBeNull();
  activity.add({ paths: ['src/a.ts', 'README.md'], incomplete: false }, 1000);
  activity.add({ paths: ['src/b.ts', 'src/a.ts'], incomplete: false }, 2500);
  expect(activity.take(2500 + QUIET_MS - 1)).toBeNull();
  const told = { type: 'filesChanged', folders: ['src', '.'], files: 3, incomplete: false };
  expect(activity.take(2500 + QUIET_MS)).toEqual(told);
  expect(activity.dueAt()).toBeNull();
  activity.add({ paths: ['docs/x.md'], incomplete: true }, 5000);
  expect(activity.dueAt()).toBe(2500 + QUIET_MS + BETWEEN_MS);
  expect(activity.take(100_000)).toEqual({
    type: 'filesChanged',
    folders: ['docs'],
    files: 1,
    incomplete: true,
  });
});

test('however files change: nothing is told too often, and nothing is lost', () => {
  const change = fc.record({ after: fc.integer({ min: 1, max: 5000 }), file: fc.integer({ max: 50 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 200 }), (changes) => {
      const activity = new FileActivity();
      const toldAt: number[] = [];
      let [now, files] = [0, 0];
      const since = new Set<string>();
      const takeUntil = (until: number) => {
        const due = activity.dueAt();
        if (due === null || due > until) return;
        expect(activity.take(due - 1)).toBeNull();
        files = activity.take(due)?.files ?? 0;
        expect(files).toBe(since.size);
        since.clear();
        toldAt.push(due);
      };
      for (const { after, file } of changes) {
        takeUntil(now + after);
        now += after;
        since.add(`f/${file}`);
        activity.add({ paths: [`f/${file}`], incomplete: false }, now);
        expect((activity.dueAt() ?? 0) - now).toBeLessThanOrEqual(BETWEEN_MS + QUIET_MS);
      }
      takeUntil(Number.POSITIVE_INFINITY);
      expect(since.size).toBe(0);
      for (const [index, at] of toldAt.entries())
        if (index > 0) expect(at - (toldAt[index - 1] ?? 0)).toBeGreaterThanOrEqual(BETWEEN_MS);
    }),
  );
});

test('a flood is bounded, and says so', () => {
  const activity = new FileActivity();
  const paths = Array.from({ length: 20_000 }, (_, index) => `d${index % 100}/${index}`);
  activity.add({ paths, incomplete: false }, 0);
  const fact = activity.take(QUIET_MS);
  expect(fact).toMatchObject({ files: 10_000, incomplete: true });
  expect(fact?.folders).toHaveLength(20);
});
