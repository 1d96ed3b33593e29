import { expect, it } from 'vitest';
import { LIVE_BEAT_MS } from '../../protocol.ts';
import { fellSilent, linkWords, retryDelay, slept } from './link-state.ts';

it('tries again soon, then ever less, at least every few seconds', () => {
  expect(retryDelay(1, 0.5)).toBe(250);
  expect(retryDelay(3, 0.5)).toBe(1000);
  expect(retryDelay(1000, 0.999)).toBeLessThanOrEqual(5000);
});

it('tells sleep from a busy page', () => {
  expect(slept(1000, 1900)).toBe(false);
  expect(slept(1000, 60_000)).toBe(true);
});

it('tells a client that stands still from one that has little to tell', () => {
  expect(fellSilent(2 * LIVE_BEAT_MS)).toBe(false);
  expect(fellSilent(5 * LIVE_BEAT_MS)).toBe(true);
});

it('says how old what it shows is', () => {
  expect(linkWords({ state: 'lost', since: 0, asOf: 8000 }, 20_000)).toBe('Reconnecting, as of 12s ago');
  expect(linkWords({ state: 'lost', since: 0, asOf: null }, 20_000)).toBe('Reconnecting…');
});
