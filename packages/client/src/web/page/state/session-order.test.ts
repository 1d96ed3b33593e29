import { describe, expect, it } from 'vitest';
import type { SessionRow } from '../../protocol.ts';
import { asking, askingCount, matchesWords, sessionGroups } from './session-order.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function row(more: Record<string, unknown>): SessionRow {
  const base = { session: 's', session_id: 'sess-1', vm_name: 'dev', status: 'running', state: 'running' };
  const rest = { preset: '', prompt: '', tags: {}, attention: null, created_at: '2026-11-21T10:00:00Z' };
  return { ...base, ...rest, ...more } as SessionRow;
}
const asks = (kind: string, since: string, snoozed_until: string | null = null) =>
  row({ attention: { kind, since, snoozed_until, reason: '', line: '', source: 'hook' } });

describe('sessionGroups', () => {
  it('puts the most urgent first, of those the longest waiting, and what ended last', () => {
    const sessions = new Map([
      ['new', row({ created_at: '2026-11-21T11:00:00Z' })],
      ['old', row({})],
      ['gone', row({ state: 'failed' })],
      ['done', asks('done', '2026-11-21T10:00:00Z')],
      ['late', asks('permission', '2026-11-21T11:59:00Z')],
      ['early', asks('permission', '2026-11-21T11:00:00Z')],
      ['snoozed', asks('permission', '2026-11-21T11:00:00Z', '2026-11-21T13:00:00Z')],
    ]);
    const groups = sessionGroups(sessions, '', NOW);
    expect(groups.asking.map(([key]) => key)).toEqual(['early', 'late', 'done']);
    expect(groups.live.map(([key]) => key)).toEqual(['new', 'old', 'snoozed']);
    expect(groups.ended.map(([key]) => key)).toEqual(['gone']);
    expect(askingCount(sessions, NOW)).toBe(3);
  });
});

it('asks again when the snooze is over', () => {
  const snoozed = asks('input', '2026-11-21T11:00:00Z', '2026-11-21T11:59:59Z');
  expect(asking(snoozed, NOW)?.kind).toBe('input');
  expect(asking(snoozed, NOW - 2000)).toBeNull();
});

it('finds by all words, wherever each stands', () => {
  const found = row({ session: 'fix-auth', tags: { team: 'core' }, prompt: 'Mend the login' });
  expect(matchesWords(found, 'AUTH team=core login')).toBe(true);
  expect(matchesWords(found, 'auth billing')).toBe(false);
});
