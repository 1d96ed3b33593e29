import { expect, it } from 'vitest';
import { Feed } from './feed.ts';

it('says how far the slowest follower is behind', () => {
  let now = 0;
  const feed = new Feed(() => now);
  expect(feed.lagMs()).toBe(0);
  const quick = feed.follow();
  const slow = feed.follow();
  now = 5;
  // Until it has caught up a new one has all that came before to read.
  expect(feed.lagMs()).toBe(5);
  quick.caughtUp();
  slow.caughtUp();
  expect(feed.lagMs()).toBe(0);
  now = 10;
  feed.publish();
  now = 12;
  feed.publish();
  quick.caughtUp();
  now = 17;
  expect(feed.lagMs()).toBe(7);
  slow[Symbol.dispose]();
  expect(feed.lagMs()).toBe(0);
});
