import { expect, it, vi } from 'vitest';
import { watchEventLoop } from './event-loop.ts';

function holdUp(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('sees how long the event loop was held up', async () => {
  using eventLoop = watchEventLoop();
  // It measures between two ticks of its own: hold it up until it had both.
  await vi.waitFor(
    () => {
      holdUp(400);
      expect(eventLoop.lagMs()).toBeGreaterThan(200);
    },
    { timeout: 10_000 },
  );
  expect(eventLoop.lagMs()).toBeLessThan(2000);
  // All of it was in one window, and there may be no better one.
  expect(eventLoop.typicalLagMs()).toBe(0);
});

it('tells a loop that is held up all the time from one that was held up', async () => {
  using eventLoop = watchEventLoop(500);
  const typicallyLate = () => eventLoop.typicalLagMs() > 200;
  await vi.waitUntil(
    () => {
      if (typicallyLate()) return true;
      holdUp(400);
      return false;
    },
    { timeout: 20_000 },
  );
  await vi.waitUntil(() => !typicallyLate(), { timeout: 20_000 });
});
