import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, it } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { prunable, worthKeeping } from './prunable.ts';

const host: HostConfig = { name: 'vm', kind: 'ssh', labels: {}, scope: 'user', enabled: true };
const DAY = 86_400_000;

function place(id: string, over: Partial<SessionSnapshot> = {}) {
  const session: SessionSnapshot = { ...BARE_SESSION, id, state: 'completed', createdAt: 0, ...over };
  return { host, session };
}

const rule = { olderThanMs: 7 * DAY, statuses: [], keep: 0 };
const ids = (places: readonly { session: { id: string } }[]) => places.map(({ session }) => session.id);

it('takes in what ended long enough ago, oldest first, and nothing that lives', () => {
  const places = [
    place('new', { endedAt: 9 * DAY }),
    place('alive', { state: 'running', endedAt: null }),
    place('edge', { endedAt: 3 * DAY }),
    place('old', { endedAt: DAY }),
    place('expired', { state: 'expired', endedAt: null, createdAt: 2 * DAY }),
  ];
  expect(ids(prunable(places, rule, 10 * DAY))).toEqual(['old', 'expired', 'edge']);
  expect(ids(prunable(places, { ...rule, olderThanMs: 0 }, 10 * DAY))).toContain('new');
});

it('keeps so many of the newest, and only takes the statuses asked for', () => {
  const places = [1, 2, 3].map((day) =>
    place(`s${day}`, { endedAt: day * DAY, state: day === 1 ? 'failed' : 'killed' }),
  );
  expect(ids(prunable(places, { ...rule, keep: 2 }, 99 * DAY))).toEqual(['s1']);
  expect(ids(prunable(places, { ...rule, statuses: ['failed'] }, 99 * DAY))).toEqual(['s1']);
  expect(ids(prunable(places, { ...rule, statuses: ['lost'] }, 99 * DAY))).toEqual([]);
  expect(prunable(places, { ...rule, keep: 9 }, 99 * DAY)).toEqual([]);
});

it('never takes a session of another tool', () => {
  const external = { name: 'x' } as never;
  expect(prunable([{ ...place('external:x', { state: 'lost' }), external }], rule, 99 * DAY)).toEqual([]);
});

const git = { branch: 'main', commit: 'abc', dirtyFiles: 0, ahead: 0, behind: 0, upstream: 'origin/main' };
const checkout = {
  kind: 'checkout',
  repository: 'r',
  upload: 'u',
  branch: 'main',
  commit: 'abc',
  indexCommit: '',
  workCommit: '',
  historyLeftOut: false,
  authorName: '',
  authorEmail: '',
} as const;

it.each([
  ['no repository', place('a'), null, null],
  ['all of it is elsewhere', place('a'), git, null],
  ['uncommitted files', place('a'), { ...git, dirtyFiles: 2 }, '2 files are not committed'],
  ['commits ahead', place('a'), { ...git, ahead: 1 }, '1 commit was never pushed'],
  ['a repository of its own', place('a'), { ...git, upstream: '', ahead: null }, /no other repository/],
  ['a repository without a commit', place('a'), { ...git, commit: '', upstream: '' }, null],
  ['nothing new since it came', place('a', { source: checkout }), { ...git, upstream: '' }, null],
  [
    'new commits since it came',
    place('a', { source: checkout }),
    { ...git, commit: 'def', upstream: '' },
    /no other/,
  ],
  [
    'a directory of the user, whatever is in it',
    place('a', { source: { kind: 'directory', path: '/d' } }),
    { ...git, dirtyFiles: 9 },
    null,
  ],
] as const)('keeps or gives up: %s', (_what, candidate, state, expected) => {
  const why = worthKeeping(candidate, state);
  if (expected instanceof RegExp) expect(why).toMatch(expected);
  else expect(why).toBe(expected);
});

it.each([
  ['error', 'asks for you: error (berth ack)'],
  ['done', null],
  ['bell', null],
] as const)('keeps what asks for somebody, unless it is only done: %s', (kind, expected) => {
  const what = { reason: '', line: '', source: 'exit', since: 0, event: 1, snoozedUntil: null } as const;
  expect(worthKeeping(place('a', { attention: { kind, ...what } }), null)).toBe(expected);
});
