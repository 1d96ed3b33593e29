import type { AttentionKind, AttentionSnapshot } from '@berth/shared/domain/attention';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import { describe, expect, test } from 'vitest';
import { aHost, aSession } from './sample.ts';
import {
  dashView,
  emptyLines,
  hostMark,
  type Look,
  longestWaiting,
  PLAIN_LOOK,
  scrolled,
  selectedIndex,
} from './view.ts';

const NOW = 1_000_000_000;

function asks(kind: AttentionKind, since: number, over: Partial<AttentionSnapshot> = {}): AttentionSnapshot {
  return { kind, reason: kind, line: '', source: 'hook', since, event: 1, snoozedUntil: null, ...over };
}

const working = aSession({
  id: 'sess-w',
  name: 'working',
  createdAt: 50,
  workspace: '/b',
  tags: { team: 'web' },
});
const older = aSession({ id: 'sess-o', name: 'older', createdAt: 10, workspace: '/a' });
const input = aSession({ id: 'sess-i', name: 'input', createdAt: 20, attention: asks('input', 100) });
const permission = aSession({
  id: 'sess-p',
  name: 'permission',
  createdAt: 30,
  attention: asks('permission', 500, { reason: 'Bash', line: 'rm -rf node_modules' }),
});
const ended = aSession({ id: 'sess-e', name: 'ended', state: 'completed', createdAt: 40, endedAt: NOW - 5 });
const external: ExternalSnapshot = {
  name: 'theirs',
  toolSessionId: 't',
  status: 'working',
  message: 'building',
  directory: '/theirs',
  reportedAt: 25,
  metrics: {},
  team: '',
  agents: [],
  live: true,
  attention: null,
};
const HOSTS = [
  aHost('local', [working, ended], { external: [external] }),
  aHost('vm1', [older, permission, input]),
];

function names(look: Partial<Look> = {}, hosts = HOSTS): string[] {
  return dashView(hosts, { ...PLAIN_LOOK, ...look }, NOW).rows.map(({ name }) => name);
}

test('every tag can be filtered by, whichever is', () => {
  const other = aSession({ id: 'sess-t', name: 'tagged', tags: { team: 'db', old: '' } });
  const { rows, tags } = dashView([...HOSTS, aHost('vm2', [other])], { ...PLAIN_LOOK, tag: 'team=web' }, NOW);
  expect(rows.map(({ name }) => name)).toEqual(['working']);
  expect(tags).toEqual(['old=', 'team=db', 'team=web']);
});

describe('order', () => {
  test('who asks comes first, the most urgent of them; then what lives, the newest first', () => {
    expect(names()).toEqual(['permission', 'input', 'working', 'theirs', 'older', 'ended']);
  });
  test('of two that ask the same the one that waits longer comes first', () => {
    const two = [1, 2].map((i) =>
      aSession({ id: `s${i}`, name: `n${i}`, attention: asks('input', 900 - i) }),
    );
    expect(names({}, [aHost('local', two)])).toEqual(['n2', 'n1']);
  });
  test('quieted, it waits among the others until the time is over', () => {
    const quiet = aSession({ name: 'quiet', attention: asks('permission', 1, { snoozedUntil: NOW + 1 }) });
    const hosts = [aHost('local', [quiet, input])];
    expect(names({}, hosts)).toEqual(['input', 'quiet']);
    expect(dashView(hosts, PLAIN_LOOK, NOW + 1).rows[0]?.name).toBe('quiet');
  });
  test.each([
    ['name', ['ended', 'input', 'older', 'permission', 'theirs', 'working']],
    ['age', ['working', 'ended', 'permission', 'theirs', 'input', 'older']],
    ['status', ['ended', 'input', 'permission', 'working', 'older', 'theirs']],
    ['directory', ['permission', 'input', 'ended', 'older', 'working', 'theirs']],
  ] as const)('by %s', (sort, order) => {
    expect(names({ sort })).toEqual(order);
  });
});

describe('filters', () => {
  test.each<[string, Partial<Look>, string[]]>([
    ['a host', { host: 'vm1' }, ['permission', 'input', 'older']],
    ['local', { place: 'local' }, ['working', 'theirs', 'ended']],
    ['remote', { place: 'remote' }, ['permission', 'input', 'older']],
    ['who asks', { state: 'asking' }, ['permission', 'input']],
    ['what lives', { state: 'running' }, ['permission', 'input', 'working', 'theirs', 'older']],
    ['what ended', { state: 'ended' }, ['ended']],
    ['a tag', { tag: 'team=web' }, ['working']],
    ['words in name or message, in any order', { search: 'NODE_modules bash' }, ['permission']],
    ['a directory', { search: '/theirs' }, ['theirs']],
    ['nothing', { search: 'xyzzy' }, []],
  ])('by %s', (_, look, expected) => expect(names(look)).toEqual(expected));

  test('what ended more than a day ago is shown only where what ended is asked for', () => {
    const old = aSession({ name: 'old', state: 'failed', endedAt: NOW - 90_000_000 });
    const view = dashView([aHost('local', [old])], PLAIN_LOOK, NOW);
    expect(view).toMatchObject({ rows: [], hidden: 1, total: 1 });
    expect(names({ state: 'ended' }, [aHost('local', [old])])).toEqual(['old']);
  });
  test('a filter hides nobody from the count of who asks', () => {
    expect(dashView(HOSTS, { ...PLAIN_LOOK, host: 'local' }, NOW).asking).toBe(2);
  });
});

test('what hosts say cannot move the cursor', () => {
  const evil = aSession({
    name: 'x',
    workspace: '/a\u001b[2J',
    attention: asks('input', 1, { reason: '\u001b]0;title\u0007\u202eask', line: 'a\r\nb\u009b31m' }),
  });
  const [row] = dashView([aHost('local', [evil])], PLAIN_LOOK, NOW).rows;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
  expect(`${row?.message}${row?.directory}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(row?.message).toBe('ask: a b31m');
});

describe('hosts', () => {
  test.each([
    ['connected', { link: 'connected', latencyMs: 11.6, asOf: NOW }, '✓', '12 ms'],
    [
      'connected, and silent',
      { link: 'connected', latencyMs: 1, asOf: NOW - 300_000 },
      '✓',
      '1 ms, silent for 5m',
    ],
    ['connecting', { link: 'connecting', asOf: NOW - 60_000 }, '…', 'connecting, as of 1m ago'],
    ['never seen', { link: 'connecting', asOf: null }, '…', 'connecting'],
    ['unreachable', { link: 'unreachable', linkSince: NOW - 180_000 }, '✗', 'unreachable for 3m'],
  ] as const)('%s', (_, over, mark, note) => {
    expect(hostMark(aHost('vm', [], over), NOW)).toMatchObject({ mark, note });
  });
  test('rows of a host that is not connected are dated', () => {
    const away = aHost('vm', [working], { link: 'unreachable', asOf: 77 });
    expect(dashView([away], PLAIN_LOOK, NOW).rows[0]?.staleSince).toBe(77);
    expect(dashView(HOSTS, PLAIN_LOOK, NOW).rows.every(({ staleSince }) => staleSince === null)).toBe(true);
  });
});

test('next: the longest waiting, then the one after it, then again from the start', () => {
  const { rows } = dashView(HOSTS, PLAIN_LOOK, NOW);
  expect(longestWaiting(rows)).toBe('vm1:sess-i');
  expect(longestWaiting(rows, 'vm1:sess-i')).toBe('vm1:sess-p');
  expect(longestWaiting(rows, 'vm1:sess-p')).toBe('vm1:sess-i');
  expect(longestWaiting([])).toBeNull();
});

test('the selection stays on its session, and where that was when it goes', () => {
  const { rows } = dashView(HOSTS, PLAIN_LOOK, NOW);
  expect(selectedIndex(rows, 'vm1:sess-o', 0)).toBe(4);
  expect(selectedIndex(rows, 'gone', 3)).toBe(3);
  expect(selectedIndex(rows.slice(0, 2), 'gone', 3)).toBe(1);
  expect(selectedIndex([], 'gone', 3)).toBe(0);
});

test.each([
  [0, { selected: 3, rows: 10, height: 5 }, 0],
  [0, { selected: 5, rows: 10, height: 5 }, 1],
  [4, { selected: 2, rows: 10, height: 5 }, 2],
  [9, { selected: 4, rows: 5, height: 5 }, 0],
])('scrolls from %i for %o to %i', (first, at, expected) => expect(scrolled(first, at)).toBe(expected));

test.each([
  ['nobody has answered yet', [aHost('a', [], { link: 'connecting' })], {}, ['asking …']],
  ['there are none', [aHost('a')], {}, ['no sessions: s starts one']],
  [
    'a host is out of reach',
    [aHost('a'), aHost('b', [], { link: 'unreachable', error: 'no\u001b[2J route' })],
    {},
    ['no sessions: s starts one', '✗ b: no route'],
  ],
  ['a search hides all', HOSTS, { search: 'xyzzy' }, ['nothing like that among 6 sessions: c shows all']],
] as const)('no rows: %s', (_, hosts, look, lines) => {
  expect(emptyLines(dashView(hosts, { ...PLAIN_LOOK, ...look }, NOW))).toEqual(lines);
});
