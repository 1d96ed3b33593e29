/** How late the event loop runs, seen over the last 10 to 20 seconds. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const WINDOW_MS = 10_000;
/** A tick each 100 ms costs nothing that could be measured. */
const RESOLUTION_MS = 100;

export interface EventLoopLag extends Disposable {
  /** 99th percentile in ms: one hold-up shows, for as long as it is in sight. */
  lagMs(): number;
  /** The median in ms, over all that is in sight: high only where one hold-up follows the other. */
  typicalLagMs(): number;
}

interface Lag {
  readonly p99: number;
  readonly median: number;
}

export function watchEventLoop(windowMs = WINDOW_MS): EventLoopLag {
  const ticks = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  ticks.enable();
  let before: Lag = { p99: 0, median: 0 };
  // The ticks measure the whole time between two of them.
  const late = (percent: number) => Math.max(0, ticks.percentile(percent) / 1e6 - RESOLUTION_MS);
  const now = (): Lag | null => (ticks.count === 0 ? null : { p99: late(99), median: late(50) });
  const turn = setInterval(() => {
    before = now() ?? before;
    ticks.reset();
  }, windowMs);
  turn.unref();
  return {
    lagMs: () => Math.max(before.p99, now()?.p99 ?? 0),
    // A window that has just begun may hold a single tick: alone it says nothing of what is usual.
    typicalLagMs: () => Math.min(before.median, now()?.median ?? before.median),
    [Symbol.dispose]() {
      clearInterval(turn);
      ticks.disable();
    },
  };
}
