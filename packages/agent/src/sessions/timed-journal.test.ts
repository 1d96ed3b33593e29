import { expect, it, vi } from 'vitest';
import type { Journal } from './journal-port.ts';
import { timedJournal } from './timed-journal.ts';

it('tells how long each commit took, also one that failed, and changes nothing else', () => {
  const commit = vi.fn<Journal['commit']>();
  const inner: Journal = {
    journalId: 'id',
    sessions: () => [],
    request: () => null,
    commit,
    events: () => [],
    eventRange: () => ({ oldest: 3, newest: 4 }),
    attention: () => new Map(),
    numberBefore: () => 0,
    oldestEventAt: () => null,
    ping: () => {},
    setting: () => null,
    set: () => {},
  };
  const times: number[] = [];
  const journal = timedJournal(inner, (ms) => times.push(ms));
  const change = { at: 1, sessions: [], facts: [] };
  journal.commit(change);
  expect(commit).toHaveBeenCalledWith(change);
  commit.mockImplementation(() => {
    throw new Error('full');
  });
  expect(() => journal.commit(change)).toThrow('full');
  expect(times).toHaveLength(2);
  expect(times.every((ms) => ms >= 0)).toBe(true);
  expect(journal.eventRange()).toEqual({ oldest: 3, newest: 4 });
  expect(journal.journalId).toBe('id');
});
