import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Presence } from './presence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function presence() {
  const told: string[] = [];
  const made = new Presence({
    onChange: (session, { attached, count }) => told.push(`${session} ${attached ? '+' : '-'} ${count}`),
  });
  return { made, told };
}

it('tells who comes and who goes, and how many are there then', () => {
  const { made, told } = presence();
  made.came('s', 'a');
  made.came('s', 'b');
  made.came('t', 'c');
  made.went('s', 'a', { forGood: true });
  made.went('s', 'b', { forGood: true });
  expect(told).toEqual(['s + 1', 's + 2', 't + 1', 's - 1', 's - 0']);
});

it('tells nothing of a terminal that comes back under its id in time', () => {
  const { made, told } = presence();
  made.came('s', 'a');
  made.went('s', 'a', { forGood: false });
  vi.advanceTimersByTime(4000);
  made.came('s', 'a');
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(['s + 1']);
  made.went('s', 'a', { forGood: false });
  vi.advanceTimersByTime(6000);
  expect(told).toEqual(['s + 1', 's - 0']);
});

it('takes a link for broken only when its last connection is', () => {
  const { made, told } = presence();
  made.came('s', 'a');
  made.came('s', 'a');
  made.went('s', 'a', { forGood: false });
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(['s + 1']);
});

it('tells nothing after the agent has ended', () => {
  const { made, told } = presence();
  made.came('s', 'a');
  made.went('s', 'a', { forGood: false });
  made[Symbol.dispose]();
  made.went('s', 'a', { forGood: true });
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(['s + 1']);
});
