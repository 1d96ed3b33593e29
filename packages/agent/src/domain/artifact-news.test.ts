import type { Artifact } from '@berth/shared/domain/session-details';
import { expect, test } from 'vitest';
import { artifactNews, byPath } from './artifact-news.ts';

const file = (path: string, bytes: number): Artifact => ({ path, bytes, modifiedAt: 1000 + bytes });
const none = byPath([]);

test('a file is told once it stands still, again when it changed, and when it is gone', () => {
  const first = byPath([file('a', 1), file('b', 5)]);
  const growing = artifactNews({ told: none, before: none, now: first, more: false });
  expect(growing).toEqual({ facts: [], told: none, unsettled: true });

  const grown = byPath([file('a', 1), file('b', 9)]);
  const half = artifactNews({ told: none, before: first, now: grown, more: false });
  expect(half.facts).toEqual([{ type: 'artifactChanged', artifact: file('a', 1), removed: false }]);
  expect(half.unsettled).toBe(true);

  const still = artifactNews({ told: half.told, before: grown, now: grown, more: false });
  expect(still.facts).toEqual([{ type: 'artifactChanged', artifact: file('b', 9), removed: false }]);
  expect(artifactNews({ told: still.told, before: grown, now: grown, more: false }).facts).toEqual([]);

  const gone = artifactNews({ told: still.told, before: grown, now: byPath([file('b', 9)]), more: false });
  expect(gone.facts).toEqual([{ type: 'artifactChanged', artifact: file('a', 1), removed: true }]);
  expect([...gone.told.keys()]).toEqual(['b']);
});

test('where nobody writes any more, all counts as it is', () => {
  const now = byPath([file('a', 1)]);
  expect(artifactNews({ told: none, before: null, now, more: false })).toMatchObject({
    facts: [{ artifact: file('a', 1) }],
    unsettled: false,
  });
});

test('what was not looked at is not gone', () => {
  const told = byPath([file('a', 1)]);
  expect(artifactNews({ told, before: none, now: none, more: true }).facts).toEqual([]);
});
