import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Fact } from '@berth/shared/domain/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../domain/session.ts';
import { openOrReplace } from './damage.ts';
import { lockStateDirectory } from './lock.ts';
import { migrate } from './schema.ts';
import { isDamage, openJournal } from './store.ts';

const SESSION: Session = {
  id: 's1',
  name: 'n',
  incarnation: 1,
  createdAt: 1,
  memoryBytes: 32,
  state: 'reserved',
  reservedUntil: 5,
};
const FACT: Fact = { type: 'hostNotice', reason: 'R', message: 'm' };
const REQUEST = { requestId: 'r1', method: 'Reserve', fingerprint: 'f', sessionId: 's1' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bj-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const file = () => path.join(directory, 'journal.db');

it('gives back what was committed after it was opened anew', () => {
  {
    using journal = openJournal(file());
    journal.commit({
      at: 7,
      sessions: [SESSION],
      request: REQUEST,
      facts: [{ sessionId: 's1', sessionName: 'n', fact: FACT }],
    });
  }
  using journal = openJournal(file());
  expect(journal.sessions()).toEqual([SESSION]);
  expect(journal.request('r1')).toEqual(REQUEST);
  expect(journal.events(0, 10)).toEqual([
    { number: 1, at: 7, sessionId: 's1', sessionName: 'n', fact: FACT },
  ]);
  expect(journal.oldestEventAt()).toBe(7);
  expect(journal.eventRange()).toEqual({ oldest: 1, newest: 1 });
});

it('keeps what is known of attention, in the same commit as what follows from it', () => {
  {
    using journal = openJournal(file());
    const fact = { sessionId: 's1', sessionName: '', fact: FACT };
    journal.commit({ at: 1, sessions: [], attention: [{ sessionId: 's1', record: 'a' }], facts: [fact] });
    journal.commit({ at: 2, sessions: [], attention: [{ sessionId: 's1', record: 'b' }], facts: [] });
  }
  using journal = openJournal(file());
  expect([...journal.attention()]).toEqual([['s1', 'b']]);
  expect(journal.eventRange().newest).toBe(1);
});

it('keeps so many events, and so long, and says where the rest begins', () => {
  using journal = openJournal(file(), { events: 20, age: 1000 });
  const fact = { sessionId: '', sessionName: '', fact: FACT };
  for (let at = 1; at <= 30; at++) journal.commit({ at, sessions: [], facts: [fact] });
  expect(journal.eventRange().newest).toBe(30);
  expect(journal.events(0, 100)).toHaveLength(30 - journal.eventRange().oldest + 1);
  expect(journal.eventRange().oldest).toBeGreaterThan(5);
  for (let at = 5001; at <= 5010; at++) journal.commit({ at, sessions: [], facts: [fact] });
  expect(journal.oldestEventAt()).toBe(5001);
  expect(journal.events(0, 100).map(({ number }) => number)).toEqual([
    31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  ]);
});

it('drops what is too old though there is room for more', () => {
  using journal = openJournal(file(), { events: 100, age: 1000 });
  const fact = { sessionId: '', sessionName: '', fact: FACT };
  for (let at = 1; at <= 10; at++) journal.commit({ at, sessions: [], facts: [fact] });
  for (let at = 5001; at <= 5010; at++) journal.commit({ at, sessions: [], facts: [fact] });
  expect(journal.eventRange()).toEqual({ oldest: 11, newest: 20 });
});

it('finds where the events from a time on begin', () => {
  using journal = openJournal(file());
  const fact = { sessionId: '', sessionName: '', fact: FACT };
  expect(journal.numberBefore(0)).toBe(0);
  for (const at of [10, 20, 20, 30]) journal.commit({ at, sessions: [], facts: [fact] });
  expect([5, 10, 11, 20, 30, 31].map((at) => journal.numberBefore(at))).toEqual([0, 0, 1, 1, 3, 4]);
});

it('commits all or nothing, and numbers without gaps over what failed', () => {
  using journal = openJournal(file());
  const fact = { sessionId: '', sessionName: '', fact: FACT };
  journal.commit({ at: 1, sessions: [], request: REQUEST, facts: [fact] });
  // The request id is there already: the whole commit is refused.
  expect(() => journal.commit({ at: 2, sessions: [SESSION], request: REQUEST, facts: [fact] })).toThrow();
  expect(journal.sessions()).toEqual([]);
  journal.commit({ at: 3, sessions: [], facts: [fact, fact] });
  expect(journal.events(0, 10).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(journal.events(1, 1).map(({ number }) => number)).toEqual([2]);
});

it('puts a damaged journal aside and starts another one under a new id', () => {
  writeFileSync(file(), 'this is no database, though it is long enough to be taken for one at first sight');
  const { journal, damaged } = openOrReplace(file(), 'T');
  expect(damaged?.keptAt).toBe(`${file()}.damaged-T`);
  expect(isDamage(damaged?.error)).toBe(true);
  expect(journal.sessions()).toEqual([]);
  journal[Symbol.dispose]();
});

it('lets one owner in at a time', () => {
  const lock = path.join(directory, 'lock');
  const first = lockStateDirectory(lock, directory);
  expect(() => lockStateDirectory(lock, directory)).toThrow(/another one owns/);
  first[Symbol.dispose]();
  lockStateDirectory(lock, directory)[Symbol.dispose]();
});

it('pings by a commit that leaves no event, and throws where nothing can be committed', () => {
  using journal = openJournal(file());
  journal.ping();
  journal.ping();
  expect(journal.eventRange()).toEqual({ oldest: 0, newest: 0 });
  using other = new DatabaseSync(file());
  other.exec('BEGIN IMMEDIATE');
  expect(() => journal.ping()).toThrow(/locked/);
  other.exec('ROLLBACK');
  journal.ping();
});

it('brings an older journal forward: sessions and events get what they could not have then', () => {
  const ended = {
    ...{ id: 's2', name: '', incarnation: 1, createdAt: 1, memoryBytes: 32, state: 'running' },
    spec: { argv: ['x'] },
  };
  {
    using db = new DatabaseSync(file());
    migrate(db, 1);
    const insert = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)');
    insert.run('s1', 'reserved', 'n', 32, JSON.stringify(SESSION));
    insert.run('s2', 'running', '', 32, JSON.stringify(ended));
    const fact = { type: 'sessionChanged', session: { id: 's2', state: 'running' } };
    db.prepare('INSERT INTO events VALUES (1, 1, ?, ?)').run('s2', JSON.stringify(fact));
    db.prepare('INSERT INTO events VALUES (2, 1, ?, ?)').run('', JSON.stringify(FACT));
  }
  using journal = openJournal(file());
  const [first, second] = journal.sessions().sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(first).toEqual(SESSION);
  expect(second).toMatchObject({ spec: { argv: ['x'], restart: 'never' }, enforcement: 'advisory' });
  const [event, notice] = journal.events(0, 10);
  expect(event?.fact).toMatchObject({ session: { id: 's2', restartPolicy: 'never', memoryUsedBytes: 0 } });
  expect(notice?.fact).toEqual(FACT);
});

it('says of checkouts of before that nobody was named', () => {
  const source = { kind: 'checkout', branch: 'main' };
  {
    using db = new DatabaseSync(file());
    migrate(db, 4);
    const insert = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)');
    insert.run('s1', 'running', 'n', 32, JSON.stringify({ id: 's1', spec: { source } }));
    insert.run('s2', 'running', 'n', 32, JSON.stringify({ id: 's2', spec: { source: { kind: 'empty' } } }));
    const fact = { type: 'sessionChanged', session: { id: 's1', source } };
    db.prepare('INSERT INTO events VALUES (1, 1, ?, ?, ?)').run('s1', JSON.stringify(fact), 'n');
  }
  using journal = openJournal(file());
  const [first, second] = journal.sessions().sort((a, b) => (a.id < b.id ? -1 : 1));
  const named = { ...source, authorName: '', authorEmail: '' };
  expect(first).toMatchObject({ spec: { source: named } });
  expect(second).toEqual({ id: 's2', spec: { source: { kind: 'empty' } } });
  expect(journal.events(0, 10)[0]?.fact).toMatchObject({ session: { source: named } });
});

it('keeps settings, and the last word on each', () => {
  {
    using journal = openJournal(file());
    expect(journal.setting('a')).toBe(null);
    journal.set('a', '1');
    journal.set('a', '2');
  }
  using again = openJournal(file());
  expect(again.setting('a')).toBe('2');
});

it('commits settings with the facts that they go with, or neither', () => {
  using journal = openJournal(file());
  const [first, second] = ['1', '2'].map((value) => [{ name: 'told', value }]);
  const fact = { sessionId: '', sessionName: '', fact: FACT };
  journal.commit({ at: 1, sessions: [], facts: [fact], settings: first ?? [] });
  // A request that is there already fails the commit.
  journal.commit({ at: 2, sessions: [], facts: [], request: REQUEST });
  const change = { at: 3, sessions: [], facts: [fact], request: REQUEST, settings: second ?? [] };
  expect(() => journal.commit(change)).toThrow();
  expect([journal.setting('told'), journal.eventRange().newest]).toEqual(['1', 1]);
});
