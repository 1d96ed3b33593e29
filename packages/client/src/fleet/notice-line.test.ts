import type { AttentionSnapshot } from '@berth/shared/domain/attention';
import { expect, test } from 'vitest';
import type { FleetNews } from './live-fleet.ts';
import { noticeLine, together } from './notice-line.ts';

const attached = { host: 'dev', sessionId: 'sess-1' };

function raised(
  over: {
    attention?: Partial<AttentionSnapshot>;
    replayed?: boolean;
    id?: string;
    name?: string;
    host?: string;
  } = {},
): FleetNews {
  const attention = {
    kind: 'input',
    reason: 'it asks',
    line: 'Proceed?',
    snoozedUntil: null,
    ...over.attention,
  };
  const event = { sessionId: over.id ?? 'sess-2', sessionName: over.name ?? 'work' };
  return {
    kind: 'event',
    host: { name: over.host ?? 'dev' },
    journalId: 'j',
    event: { ...event, number: 1, at: 1, fact: { type: 'attentionRaised', attention } },
    replayed: over.replayed ?? false,
  } as unknown as FleetNews;
}

test.each([
  [raised(), 'dev:work input: it asks — Proceed?'],
  [raised({ name: '' }), 'dev:sess-2 input: it asks — Proceed?'],
  [raised({ attention: { reason: 'it asks: Proceed?' } }), 'dev:work input: it asks: Proceed?'],
  [raised({ attention: { reason: '', line: '' } }), 'dev:work input'],
  [raised({ id: 'sess-1' }), null],
  [raised({ id: 'sess-1', host: 'other' }), 'other:work input: it asks — Proceed?'],
  [raised({ replayed: true }), null],
  [raised({ attention: { snoozedUntil: 11 } }), null],
  [raised({ attention: { snoozedUntil: 9 } }), 'dev:work input: it asks — Proceed?'],
  [
    raised({ name: 'a\u001b[31mb', attention: { line: 'x\u001b]0;evil\u0007\ny' } }),
    'dev:ab input: it asks — x y',
  ],
])('%#', (news, line) => expect(noticeLine(news, attached, 10)).toBe(line));

test('other news is none', () => {
  expect(noticeLine({ kind: 'link', host: {} as never }, attached, 10)).toBeNull();
});

test('several are one line', () => {
  expect(together(['a', 'b', 'c'])).toBe('c (and 2 more: berth next)');
  expect(together(['a'])).toBe('a');
});
