import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, it } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import type { Answer } from '../fleet/fan-out.ts';
import type { Holding } from '../fleet/inventory.ts';
import { listView } from '../fleet/view.ts';
import { byHost, sessionTable } from './session-table.ts';

const NOW = 1_000_000_000_000;
const host = (name: string): HostConfig => ({
  name,
  kind: name === 'local' ? 'local' : 'ssh',
  labels: {},
  scope: 'user',
  enabled: true,
});
const session = (id: string, over: object = {}) =>
  ({
    ...BARE_SESSION,
    ...{ id, name: '', state: 'running', prompt: 'do it', preset: '', argv: [], tags: {} },
    ...{ createdAt: NOW - 60_000, startedAt: null, endedAt: null, attachedClients: 0, cpuMs: null },
    ...{ attention: null, activity: 'unknown', figures: null, memoryBytes: 0, memoryUsedBytes: 0 },
    ...over,
  }) as unknown as SessionSnapshot;
const answer = (name: string, value: Partial<Holding>): Answer<Holding> => ({
  ok: true,
  host: host(name),
  value: { sessions: [], external: [], host: null, ...value },
  latencyMs: 1,
});
const ASKS = {
  kind: 'permission',
  reason: 'wants to run\u001b[2J Bash',
  line: 'rm -rf build',
  source: 'hook',
  since: NOW - 180_000,
  event: 1,
  snoozedUntil: null,
};
const EXTERNAL = {
  ...{ name: 'other', toolSessionId: '', status: 'working', message: 'asks something', directory: '/w' },
  ...{ reportedAt: NOW - 5000, metrics: {}, team: '', agents: [], live: true, attention: null },
};
const ALL = { statuses: [], tags: {}, all: false };
const rows = (answers: readonly Answer<Holding>[], kept = new Map()) =>
  listView(answers, ALL, NOW, kept).sessions;

const asking = rows([
  answer('local', { sessions: [session('sess-1'), session('sess-2', { attention: ASKS, createdAt: 1 })] }),
]);

it('says on a terminal under the row what a session asks for, and keeps a pipe to one line each', () => {
  const onTerminal = sessionTable(asking, { color: false, columns: 80 }, { wide: false, now: NOW });
  expect(onTerminal.split('\n').slice(1, 4)).toEqual([
    expect.stringMatching(/^sess-2 +local +running/),
    '    permission 3m: wants to run Bash — rm -rf build',
    expect.stringMatching(/^sess-1 /),
  ]);
  const twice = { ...ASKS, reason: 'Which branch?', line: 'Which branch?' };
  const once = rows([answer('local', { sessions: [session('sess-3', { attention: twice })] })]);
  expect(sessionTable(once, { color: false, columns: 80 }, { wide: false, now: NOW })).toMatch(
    /permission 3m: Which branch\?$/m,
  );
  const narrow = sessionTable(asking, { color: false, columns: 30 }, { wide: false, now: NOW });
  for (const line of narrow.split('\n').filter((text) => text.startsWith('    ')))
    expect(line.length).toBeLessThanOrEqual(30);
  const inPipe = sessionTable(asking, { color: false, columns: null }, { wide: false, now: NOW });
  expect(inPipe.trimEnd().split('\n')).toHaveLength(3);
});

it('dims what is remembered of a host that does not answer', () => {
  const silent = { ok: false, host: host('dev'), error: new Error('x') as never, latencyMs: 1 } as const;
  const kept = new Map([['dev', { asOf: NOW - 1000, sessions: new Map([['sess-9', session('sess-9')]]) }]]);
  const [row] = rows([silent], kept);
  expect(row).toMatchObject({ stale_since: new Date(NOW - 1000).toISOString(), remote: true });
  const text = sessionTable(row ? [row] : [], { color: true, columns: 80 }, { wide: false, now: NOW });
  expect(text).toContain('\u001b[2msess-9 ');
});

it('has sessions of others among ours, told apart', () => {
  const [row] = rows([answer('dev', { external: [EXTERNAL] })]);
  expect(row).toMatchObject({
    session_id: 'external:other',
    external: true,
    status: 'running',
    activity: 'working',
    prompt: 'asks something',
  });
  const wide = sessionTable(row ? [row] : [], { color: false, columns: null }, { wide: true, now: NOW });
  expect(wide).toMatch(/^SESSION +VM +WHERE .*\nexternal:other +dev +\[remote\] +running +5s +- +working /);
  expect(byHost(row ? [row] : [], new Map())).toMatch(/\ndev +external:other +running +127\.0\.0\.1\n/);
});

it('prints later rows below those that were printed', () => {
  const options = { wide: false, now: NOW, from: 1 };
  expect(sessionTable(asking, { color: false, columns: null }, options)).toMatch(/^sess-1 .*\n$/);
});

it('tells the place in line on a terminal, and one word of status in a pipe', () => {
  const waiting = rows([
    answer('local', { sessions: [session('sess-3', { state: 'queued', queuePlace: 2 })] }),
  ]);
  const table = (columns: number | null) =>
    sessionTable(waiting, { color: false, columns }, { wide: false, now: NOW });
  expect(table(100)).toMatch(/ pending \(2nd in line\) /);
  expect(table(null)).toMatch(/sess-3 +local +pending +1m +do it/);
});

it('a wide table has as many columns as fit, without those first that say nothing', () => {
  const full = { name: 'a-name', preset: 'claude', tags: { team: 'payments' }, memoryBytes: 2 ** 30 };
  const held = rows([answer('local', { sessions: [session('sess-20261120-083022-a1b2c3', full)] })]);
  const header = (columns: number | null) =>
    sessionTable(held, { color: false, columns }, { wide: true, now: NOW }).split('\n')[0]?.split(/ +/);
  expect(header(null)).toHaveLength(17);
  expect(header(110)).toEqual([
    ...['SESSION', 'VM', 'WHERE', 'STATUS', 'AGE', 'NAME', 'PRESET', 'MEMORY', 'TAGS', 'PROMPT'],
  ]);
  for (const columns of [60, 80, 110, 140, 200]) {
    const text = sessionTable(held, { color: false, columns }, { wide: true, now: NOW });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(text).toContain('sess-20261120-083022-a1b2c3');
  }
});

it('whole prompts stand below their sessions on a terminal, line by line', () => {
  const prompt = `fix it\nand ${'then '.repeat(40)}\u001b[2Jstop`;
  const held = rows([answer('local', { sessions: [session('sess-1', { prompt, name: 'one' })] })]);
  const options = { wide: false, verbose: true, now: NOW };
  const [, row, first, second] = sessionTable(held, { color: false, columns: 80 }, options).split('\n');
  expect(row).toMatch(/^sess-1 .* one$/);
  expect([first, second]).toEqual(['    fix it', `    and ${'then '.repeat(40)}stop`]);
  // In a pipe each session has its one line.
  expect(sessionTable(held, { color: false, columns: null }, options).trim().split('\n')).toHaveLength(2);
});
