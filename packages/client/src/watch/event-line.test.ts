import type { Fact } from '@berth/shared/domain/event';
import { expect, it } from 'vitest';
import { eventLine } from './event-line.ts';
import { eventRow } from './event-row.ts';

const AT = new Date(2026, 10, 21, 14, 2, 11).getTime();
const ATTENTION = {
  kind: 'permission',
  reason: 'wants to run Bash',
  line: 'rm -rf build',
  source: 'hook',
  since: AT,
  event: 7,
  snoozedUntil: null,
} as const;
const event = (fact: Fact) => ({ number: 7, at: AT, sessionId: 'sess-1', sessionName: 'fix-auth', fact });

it('tells an attention with its reason and its line', () => {
  const raised = event({ type: 'attentionRaised', attention: ATTENTION });
  expect(eventLine('dev', raised, AT)).toBe(
    '14:02:11 dev fix-auth  attention  permission: wants to run Bash — rm -rf build',
  );
  const asked = { ...ATTENTION, kind: 'input', reason: 'Which branch?', line: 'Which branch?' } as const;
  expect(eventLine('dev', event({ type: 'attentionRaised', attention: asked }), AT)).toBe(
    '14:02:11 dev fix-auth  attention  input: Which branch?',
  );
  expect(eventLine('dev', raised, AT + 86_400_000)).toMatch(/^2026-11-21 14:02:11 dev /);
});

it('is one line that cannot act on a terminal', () => {
  const hostile = '\u001b]0;owned\u0007a\nb\u009b2J\u202e';
  const line = eventLine('dev', event({ type: 'hostNotice', reason: 'X', message: hostile }), AT);
  expect(line).toBe('14:02:11 dev fix-auth  host  X: a b2J');
});

it('gives programs each fact under its own keys', () => {
  const place = { host: 'dev', journalId: 'j', replayed: true };
  expect(eventRow(place, event({ type: 'attentionRaised', attention: ATTENTION }))).toEqual({
    host: 'dev',
    journal_id: 'j',
    number: 7,
    at: new Date(AT).toISOString(),
    session_id: 'sess-1',
    session: 'fix-auth',
    kind: 'attention',
    type: 'attention_raised',
    replayed: true,
    attention_kind: 'permission',
    reason: 'wants to run Bash',
    line: 'rm -rf build',
    source: 'hook',
    since: new Date(AT).toISOString(),
    snoozed_until: null,
  });
});
