import { expect, test } from 'vitest';
import { Tokens } from './tokens.ts';

function tokens() {
  let now = 1_000_000;
  const own = new Tokens<string>({ now: () => now, lifeMs: 60_000, most: 3 });
  return { own, wait: (ms: number) => (now += ms) };
}

test('a token is good once', () => {
  const { own } = tokens();
  const token = own.issue('a');
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(own.take(token)).toEqual({ kind: 'good', value: 'a' });
  expect(own.take(token)).toEqual({ kind: 'bad' });
});

test('and for a minute', () => {
  const { own, wait } = tokens();
  const token = own.issue('a');
  wait(59_999);
  const other = own.issue('b');
  expect(own.take(token).kind).toBe('good');
  wait(60_000);
  expect(own.take(other).kind).toBe('bad');
});

test('the oldest goes for one more', () => {
  const { own } = tokens();
  const all = ['a', 'b', 'c', 'd'].map((value) => own.issue(value));
  expect(all.map((token) => own.take(token).kind)).toEqual(['bad', 'good', 'good', 'good']);
});

test('more than two failures a minute are throttled, and what is right is taken all the same', () => {
  const { own, wait } = tokens();
  const token = own.issue('a');
  const guess = () => own.take('guess').kind;
  expect([guess(), guess(), guess(), guess()]).toEqual(['bad', 'bad', 'throttled', 'throttled']);
  expect(own.take(token).kind).toBe('good');
  wait(59_999);
  expect(guess()).toBe('throttled');
  wait(1);
  expect([guess(), guess(), guess()]).toEqual(['bad', 'bad', 'throttled']);
});
