/** How late the event loop runs, seen over the last 10 to 20 seconds. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const WINDOW_MS = 10_000;
/** A tick each 100 ms costs nothing that could be measured. */
const RESOLUTION_MS = 100;

export interface EventLoopLag extends Disposable {
  /** 99th percentile in ms. */
  lagMs(): number;
}

export function watchEventLoop(): EventLoopLag {
  const ticks = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  ticks.enable();
  let before = 0;
  // The ticks measure the whole time between two of them.
  const now = () => (ticks.count === 0 ? 0 : Math.max(0, ticks.percentile(99) / 1e6 - RESOLUTION_MS));
  const turn = setInterval(() => {
    before = now();
    ticks.reset();
  }, WINDOW_MS);
  turn.unref();
  return {
    lagMs: () => Math.max(before, now()),
    [Symbol.dispose]() {
      clearInterval(turn);
      ticks.disable();
    },
  };
}
