import { expect, it, vi } from 'vitest';
import { watchEventLoop } from './event-loop.ts';

it('sees how long the event loop was held up', async () => {
  using eventLoop = watchEventLoop();
  // It measures between two ticks of its own: hold it up until it had both.
  await vi.waitFor(
    () => {
      const end = performance.now() + 400;
      while (performance.now() < end);
      expect(eventLoop.lagMs()).toBeGreaterThan(200);
    },
    { timeout: 10_000 },
  );
  expect(eventLoop.lagMs()).toBeLessThan(2000);
});
