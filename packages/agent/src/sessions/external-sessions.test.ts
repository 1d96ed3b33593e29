import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReportFiles } from '../files/report-files.ts';
import { openJournal } from '../journal/store.ts';
import { ExternalSessions } from './external-sessions.ts';
import { Registry } from './registry.ts';

let directory: string;
let journal: ReturnType<typeof openJournal>;
let problems: string[];
let live: readonly string[] | null;
let now: number;
const opened = new Set<ExternalSessions>();

beforeEach(() => {
  directory = mkdtempSync('/tmp/be-');
  journal = openJournal(path.join(directory, 'journal.db'));
  [problems, live, now] = [[], [], Date.now()];
});
afterEach(async () => {
  for (const sessions of opened) await sessions[Symbol.asyncDispose]();
  opened.clear();
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** What an agent has; each call is another start of it. Notices never come: it looks when asked. */
function start(): ExternalSessions {
  const watcher = {
    watch: () => ({ [Symbol.dispose]: () => {} }),
    tree: () => ({ [Symbol.dispose]: () => {} }),
    warnings: () => [],
    watching: () => ({ directories: 0, polledDirectories: 0, overflows: 0 }),
  };
  const sessions = new ExternalSessions({
    files: createReportFiles(path.join(directory, 'reports')),
    tmux: { names: async () => new Set(live ?? (await Promise.reject(new Error('tmux hangs')))) },
    watcher,
    registry: new Registry({ journal, now: () => now, workspace: () => '' }),
    journal,
    now: () => now,
    onProblem: (message) => problems.push(message),
  });
  opened.add(sessions);
  return sessions;
}

function report(name: string, content: object | string): void {
  mkdirSync(path.join(directory, 'reports'), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify({ timestamp: now / 1000, ...content });
  writeFileSync(path.join(directory, 'reports', `${name}.json`), text);
}

const told = () => journal.events(0, 100).map(({ fact }) => fact);
const kinds = (sessions: readonly ExternalSnapshot[]) =>
  Object.fromEntries(sessions.map(({ name, attention }) => [name, attention?.kind ?? null]));

test('a question that was seen to stays so over a restart, until there is another', async () => {
  live = ['dev'];
  report('dev', { status: 'waiting', message: 'Which port?' });
  const first = start();
  expect(kinds(await first.list())).toEqual({ dev: 'input' });
  expect(first.answer('nobody', 'acknowledged')).toBe(false);
  expect(first.answer('dev', 'acknowledged')).toBe(true);
  expect(first.answer('dev', 'acknowledged')).toBe(false);
  expect(kinds(await first.list())).toEqual({ dev: null });
  expect(told()).toHaveLength(2);

  const second = start();
  expect(kinds(await second.list())).toEqual({ dev: null });
  expect(told()).toHaveLength(2);
  report('dev', { status: 'waiting', message: 'And the host?' });
  expect((await second.list())[0]?.attention).toMatchObject({ kind: 'input', event: 3 });
});

test('a file that is half written is as it was, and said to be malformed once it stays so', async () => {
  report('dev', { status: 'done' });
  report('other', { status: 'error' });
  expect(kinds(await start().list())).toEqual({ other: 'error', dev: 'done' });
  const sessions = start();
  report('dev', '{"status": "wai');
  // An agent that starts just now knows what the one before told.
  expect(kinds(await sessions.list())).toEqual({ other: 'error', dev: 'done' });
  report('dev', { status: 'waiting' });
  expect(kinds(await sessions.list())).toEqual({ dev: 'input', other: 'error' });
  report('dev', '');
  expect(kinds(await sessions.list())).toEqual({ dev: 'input', other: 'error' });
  expect(told().filter((fact) => fact.type === 'externalChanged' && fact.gone)).toEqual([]);
  expect(problems).toEqual([]);
  now += 1500;
  for (let look = 0; look < 3; look++) await sessions.list();
  expect(problems).toEqual([expect.stringMatching(/left out .*reports\/dev\.json: it is no JSON$/)]);
});

test('where tmux does not answer, what lives is as it was', async () => {
  live = ['dev'];
  report('dev', { status: 'idle', timestamp: 1 });
  expect(await start().list()).toMatchObject([{ name: 'dev', live: true }]);
  live = null;
  const sessions = start();
  expect(await sessions.list()).toMatchObject([{ name: 'dev', live: true }]);
  live = [];
  expect(await sessions.list()).toEqual([]);
  expect(told()).toMatchObject([{ gone: false }, { gone: true }]);
});

test('looks that are asked for at once are few, and each sees what was there when it was asked for', async () => {
  const sessions = start();
  const read = vi.spyOn(journal, 'eventRange');
  report('dev', { status: 'done' });
  const answers = await Promise.all(Array.from({ length: 50 }, () => sessions.list()));
  for (const answer of answers) expect(kinds(answer)).toEqual({ dev: 'done' });
  expect(read.mock.calls.length).toBeLessThanOrEqual(3);
});

test('what cannot be written down did not happen', async () => {
  live = ['dev'];
  report('dev', { status: 'waiting', message: 'Which port?' });
  const sessions = start();
  expect(kinds(await sessions.list())).toEqual({ dev: 'input' });
  const request = { requestId: 'r', method: 'Kill', fingerprint: '', sessionId: 'external:dev' };
  const full = vi.spyOn(journal, 'commit').mockImplementation(() => {
    throw new Error('the disk is full');
  });
  expect(() => sessions.ended('dev', request)).toThrow('the disk is full');
  expect(() => sessions.answer('dev', 'acknowledged', request)).toThrow('the disk is full');
  full.mockRestore();
  expect(sessions.known('dev')).toMatchObject({ live: true, attention: { kind: 'input' } });
  sessions.ended('dev', request);
  expect(sessions.known('dev')).toMatchObject({ live: false, attention: null });
});
