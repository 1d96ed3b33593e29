import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lookAfter } from './look-after.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('who is told to stop does so at once, also while a host that hangs is looked at', async () => {
  const stop = new AbortController();
  const looked = Promise.withResolvers<void>();
  const never = new Promise<void>(() => {});
  const look = () => {
    looked.resolve();
    return never;
  };
  let over = false;
  const looking = lookAfter({ host: 'dev', look, told: () => {} }, stop.signal).then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(2000);
  await looked.promise;
  expect(over).toBe(false);
  stop.abort();
  await Promise.race([looking, vi.advanceTimersByTimeAsync(60_000)]);
  expect(over).toBe(true);
});
