import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Whether the pause is over by now. */
async function isOver(pause: Promise<void>): Promise<boolean> {
  return await Promise.race([pause.then(() => true), Promise.resolve().then(() => Promise.resolve(false))]);
}

it('ends pauses when the wall clock jumped while no timer ran', async () => {
  let slept = 0;
  using alarm = new Alarm(() => Date.now() + slept);
  const pause = alarm.pause(600_000, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(3000);
  expect(await isOver(pause)).toBe(false);
  slept = 8 * 3_600_000;
  await vi.advanceTimersByTimeAsync(1000);
  expect(await isOver(pause)).toBe(true);
});

it('ends pauses after their time, and when told to', async () => {
  using alarm = new Alarm();
  const stop = new AbortController();
  const [timed, told, rung] = [100, 10_000, 10_000].map((ms, i) =>
    alarm.pause(ms, i === 1 ? stop.signal : new AbortController().signal),
  ) as [Promise<void>, Promise<void>, Promise<void>];
  await vi.advanceTimersByTimeAsync(100);
  expect([await isOver(timed), await isOver(told), await isOver(rung)]).toEqual([true, false, false]);
  stop.abort();
  expect([await isOver(told), await isOver(rung)]).toEqual([true, false]);
  alarm.ring();
  expect(await isOver(rung)).toBe(true);
});
