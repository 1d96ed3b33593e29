import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, it } from 'vitest';
import { inLine, movedUp, statusText } from './queue-place.ts';

it.each([
  ...([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [13, '13th'],
  ] as const),
  ...([
    [20, '20th'],
    [21, '21st'],
    [102, '102nd'],
    [111, '111th'],
  ] as const),
])('%d is the %s in line', (place, text) => {
  expect(inLine(place)).toBe(`${text} in line`);
});

it('tells the place of who waits, and of nobody else', () => {
  expect(statusText({ state: 'queued', queuePlace: 2 })).toBe('pending (2nd in line)');
  expect(statusText({ state: 'starting', queuePlace: null })).toBe('pending');
});

it('moves up those behind who left', () => {
  const waits = (id: string, queuePlace: number | null): [string, SessionSnapshot] => [
    id,
    { ...BARE_SESSION, id, state: 'queued', createdAt: 0, queuePlace },
  ];
  const all = new Map([waits('a', 1), waits('b', 2), waits('c', 3), waits('d', null)]);
  const places = (left: string) => {
    const session = all.get(left);
    return session && [...movedUp(all, session).values()].map(({ queuePlace }) => queuePlace);
  };
  expect(places('b')).toEqual([1, 2, 2, null]);
  expect(places('d')).toEqual([1, 2, 3, null]);
});
