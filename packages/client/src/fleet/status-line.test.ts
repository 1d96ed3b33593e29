import { expect, test } from 'vitest';
import { aSession } from './dash/sample.ts';
import type { KeptHost } from './kept-host.ts';
import { statusLine } from './status-line.ts';

const NOW = 1_000_000;
const asks = (kind: 'permission' | 'input' | 'done', snoozedUntil: number | null = null) => ({
  attention: { kind, reason: '', line: '', source: 'hook' as const, since: 0, event: 1, snoozedUntil },
});

function kept(sessions: Parameters<typeof aSession>[0][], unreachableSince: number | null = null): KeptHost {
  const all = sessions.map((session, i) => aSession({ id: `sess-${i}`, ...session }));
  return {
    hostId: 'h',
    asOf: NOW,
    unreachableSince,
    sessions: new Map(all.map((s) => [s.id, s])),
    presets: [],
    tagKeys: [],
  };
}

test.each([
  ['nothing is known', [], ''],
  ['nothing runs', [kept([])], '0▶'],
  ['one runs, one ended', [kept([{}, { state: 'completed', endedAt: 1 }])], '1▶'],
  [
    'who asks comes first, also of what ended',
    [kept([asks('input'), asks('permission'), asks('permission'), { state: 'completed', ...asks('done') }])],
    '2! 1? 1✓ 3▶',
  ],
  ['quieted', [kept([asks('input', NOW + 1), asks('input', NOW - 1)])], '1? 2▶'],
  ['a host that does not answer', [kept([{}]), kept([{}], NOW - 60_000)], '2▶ 1 away'],
] as const)('%s', (_, hosts, line) => {
  expect(statusLine(hosts, NOW)).toBe(line);
});
