import { MIB } from '@berth/shared/domain/memory';
import { expect, test } from 'vitest';
import { bar, detailLines } from './details.ts';
import { aHost, aSession } from './sample.ts';
import { dashView, PLAIN_LOOK } from './view.ts';

const NOW = 7_200_000;

function lines(over: Parameters<typeof aSession>[0], git: Parameters<typeof detailLines>[1] = null) {
  const { rows } = dashView([aHost('local', [aSession(over)])], PLAIN_LOOK, NOW);
  return Object.fromEntries(
    detailLines(rows[0] as (typeof rows)[0], git, NOW).map(({ label, text }) => [label, text]),
  );
}

test('a tool at work', () => {
  const attention = { kind: 'input', reason: 'asks', line: 'go on?', source: 'hook', event: 1 } as const;
  const told = lines(
    {
      prompt: 'fix the tests',
      workspace: '/w',
      activity: 'waiting',
      attachedClients: 1,
      tags: { team: 'web' },
      memoryBytes: 64 * MIB,
      memoryUsedBytes: 32 * MIB,
      memoryPeakBytes: 48 * MIB,
      attention: { ...attention, since: NOW - 60_000, snoozedUntil: null },
      figures: {
        turns: 3,
        inputTokens: 12_000,
        outputTokens: 900,
        toolCalls: { Read: 1, Bash: 4 },
        subagents: 2,
      },
    },
    { branch: 'main', commit: 'c', dirtyFiles: 3, ahead: 1, behind: 2, upstream: 'origin/main' },
  );
  expect(told).toEqual({
    state: 'running · waiting · started 2h ago · 1 attached',
    asks: 'for 1m: asks: go on?',
    memory: '[##########..........] 32 MiB of 64 MiB, peak 48 MiB',
    git: 'main · 3 changed · 1 ahead, 2 behind of origin/main',
    tool: '3 turns · 12k tokens in, 900 out · Bash 4, Read 1 · 2 subagents at work',
    in: '/w',
    prompt: 'fix the tests',
    tags: 'team=web',
  });
});

test('one that ended', () => {
  expect(
    lines({ state: 'failed', exitCode: 3, endedAt: NOW - 1000, detail: 'exit code 3', argv: ['make'] }),
  ).toEqual({
    state: 'failed · exit 3 · started 2h ago · ended 1s ago · exit code 3',
    runs: 'make',
  });
});

test('a detached head, nothing changed, no upstream', () => {
  const git = {
    branch: '',
    commit: '0123456789abcdef',
    dirtyFiles: 0,
    ahead: null,
    behind: null,
    upstream: '',
  };
  expect(lines({}, git).git).toBe('detached at 0123456789 · clean');
});

test.each([
  [0, '[....]'],
  [0.5, '[##..]'],
  [7, '[####]'],
  [Number.NaN, '[....]'],
])('a bar of %d', (share, expected) => expect(bar(share, 4)).toBe(expected));
