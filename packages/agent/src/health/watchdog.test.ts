import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CheckName, HealthReport } from './checks.ts';
import { pingEvery, startWatchdog } from './watchdog.ts';

const ENV = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '30000000' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  [ENV, 15_000],
  [{ ...ENV, WATCHDOG_PID: '7' }, 15_000],
  [{ ...ENV, WATCHDOG_PID: '8' }, null],
  [{ NOTIFY_SOCKET: '/run/notify' }, null],
  [{ WATCHDOG_USEC: '30000000' }, null],
  [{ ...ENV, WATCHDOG_USEC: '0' }, null],
  [{ ...ENV, WATCHDOG_USEC: 'soon' }, null],
])('takes from %j that process 7 pings each %s ms', (env, ms) => {
  expect(pingEvery(env, 7)).toBe(ms);
});

function setUp(env: NodeJS.ProcessEnv = ENV) {
  let failing: { name: CheckName; restartMends: boolean } | null = null;
  let line = '0 sessions';
  const sent: string[] = [];
  const withheld: (readonly string[])[] = [];
  const pings = vi.fn();
  const report = vi.fn(async (): Promise<HealthReport> => {
    const checks = failing ? [{ ...failing, ok: false, detail: 'd' }] : [];
    return { ok: !failing, checks };
  });
  const watchdog = startWatchdog({
    env,
    pid: 7,
    report,
    notify: async (state) => sent.push(state) > 0,
    onPing: pings,
    onWithheld: (failed) => withheld.push(failed),
    status: () => line,
    now: () => Date.now(),
  });
  return {
    watchdog,
    sent,
    withheld,
    pings,
    report,
    fail: (check: typeof failing) => (failing = check),
    show: (text: string) => (line = text),
  };
}

it('pings twice in the time that systemd waits, each time after a look', async () => {
  const { sent, pings, report, watchdog } = setUp();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(['WATCHDOG=1', 'STATUS=0 sessions']);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(sent.slice(2)).toEqual(['WATCHDOG=1', 'WATCHDOG=1']);
  expect(pings).toHaveBeenCalledTimes(3);
  expect(report).toHaveBeenCalledTimes(3);
  watchdog[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(4);
});

it('withholds the ping while a check fails that a new start may mend, and tries again in time', async () => {
  const { sent, withheld, fail } = setUp();
  await vi.advanceTimersByTimeAsync(0);
  fail({ name: 'socket', restartMends: true });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(withheld).toEqual([['socket']]);
  expect(sent.filter((state) => state === 'WATCHDOG=1')).toHaveLength(1);
  fail(null);
  await vi.advanceTimersByTimeAsync(3000);
  expect(sent.filter((state) => state === 'WATCHDOG=1')).toHaveLength(2);
});

it('is fed where a new start would mend nothing', async () => {
  const { sent, withheld, fail } = setUp();
  fail({ name: 'tmux', restartMends: false });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(withheld).toEqual([]);
  expect(sent.filter((state) => state === 'WATCHDOG=1')).toHaveLength(2);
});

it('tells its status at most each 10 s, and only when it changed; also without a watchdog', async () => {
  const { sent, show } = setUp({ NOTIFY_SOCKET: '/run/notify' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(['STATUS=0 sessions']);
  show('1 session');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent).toEqual(['STATUS=0 sessions', 'STATUS=1 session']);
});

it('does nothing where systemd asked for nothing', async () => {
  const { report, sent } = setUp({});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(report).not.toHaveBeenCalled();
  expect(sent).toEqual([]);
});
