import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HealthReport } from './checks.ts';
import { HealthMonitor } from './monitor.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function report(ok: boolean): HealthReport {
  return { ok, checks: [{ name: 'journal', ok, detail: 'd', restartMends: true }] };
}

function setUp() {
  let ok = true;
  const look = vi.fn(async () => report(ok));
  const verdicts: boolean[] = [];
  const told: string[] = [];
  const monitor = new HealthMonitor({
    look,
    now: () => Date.now(),
    onReport: (_report, healthy) => verdicts.push(healthy),
    onFailure: ({ name }) => told.push(`${name} failed`),
    onRecovery: ({ name }) => told.push(`${name} passes`),
  });
  return { monitor, look, verdicts, told, set: (value: boolean) => (ok = value) };
}

it('says unhealthy after two failures in a row, and healthy after one good look', async () => {
  const { monitor, verdicts, told, set } = setUp();
  monitor.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(verdicts).toEqual([true]);
  set(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(verdicts).toEqual([true, true]);
  // Sooner than usual, to be sure.
  await vi.advanceTimersByTimeAsync(2000);
  expect(verdicts).toEqual([true, true, false]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual(['journal failed']);
  set(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(verdicts.at(-1)).toBe(true);
  expect(told).toEqual(['journal failed', 'journal passes']);
  monitor[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});

it('looks once for all who ask at the same time or right after', async () => {
  const { monitor, look } = setUp();
  expect(monitor.last).toBeNull();
  const reports = await Promise.all([monitor.report(), monitor.report()]);
  expect(reports[0]).toBe(reports[1]);
  await vi.advanceTimersByTimeAsync(999);
  expect(await monitor.report()).toBe(reports[0]);
  expect(look).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  await monitor.report();
  expect(look).toHaveBeenCalledTimes(2);
});

it('says nothing after its end', async () => {
  const { monitor, verdicts } = setUp();
  monitor.start();
  monitor[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(verdicts).toEqual([]);
});
