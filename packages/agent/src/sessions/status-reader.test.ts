import { expect, test } from 'vitest';
import type { HookReport } from '../domain/attention/hook-report.ts';
import type { SessionPaths } from './ports.ts';
import { createStatusReader } from './status-reader.ts';

const PATHS = { statusDir: '/status' } as SessionPaths;

/** One file and a clock that a test moves. */
function setUp() {
  const world = { now: 1000, text: '', modifiedAt: 0, told: [] as string[], reads: 0 };
  const look = createStatusReader({
    paths: PATHS,
    files: {
      list: async () => [{ name: 'tool.json', bytes: world.text.length, modifiedAt: world.modifiedAt }],
      text: async () => {
        world.reads++;
        return world.text;
      },
      remove: async () => {},
    },
    understand: (payload) => payload as HookReport,
    onReport: (at, report) => world.told.push(`${at} ${report}`),
    onJunk: () => {},
    now: () => world.now,
    lookAgain: () => {},
  });
  const write = (text: string, modifiedAt: number) => {
    world.text = JSON.stringify(text);
    world.modifiedAt = modifiedAt;
  };
  return { world, look, write };
}

test('what is read in the tick of its writing counts as written now', async () => {
  const { world, look, write } = setUp();
  write('asks', 996);
  await look();
  expect(world.told).toEqual(['1000 asks']);
});

test('what is read later counts from when it was written', async () => {
  const { world, look, write } = setUp();
  write('asks', 500);
  await look();
  expect(world.told).toEqual(['500 asks']);
});

test('a second writing in the same tick is seen', async () => {
  const { world, look, write } = setUp();
  write('works', 996);
  await look();
  write('asks', 996);
  world.now = 1002;
  await look();
  expect(world.told).toEqual(['1000 works', '1002 asks']);
});

test('a file that goes between the look and its reading holds up no other', async () => {
  const told: string[] = [];
  const file = (name: string, modifiedAt: number) => ({ name, bytes: 9, modifiedAt });
  const look = createStatusReader({
    paths: PATHS,
    files: {
      list: async () => [file('gone.json', 1), file('there.event.json', 2)],
      text: async (_, name) => (name === 'gone.json' ? null : '"asks"'),
      remove: async (_, name) => void told.push(`removed ${name}`),
    },
    understand: (payload) => payload as HookReport,
    onReport: (_, report) => told.push(`${report}`),
    onJunk: (name) => told.push(`junk ${name}`),
    now: () => 1000,
    lookAgain: () => {},
  });
  await look();
  expect(told).toEqual(['asks', 'removed there.event.json']);
});

test('one writing that is met between its two times is told once', async () => {
  const { world, look, write } = setUp();
  write('asks', 996);
  await look();
  write('asks', 1000);
  world.now = 1004;
  await look();
  expect(world.told).toEqual(['1000 asks']);
});

test('what stays as it is is told once, and not read for ever', async () => {
  const { world, look, write } = setUp();
  write('asks', 996);
  await look();
  world.now = 1005;
  await look();
  world.now = 2000;
  for (let i = 0; i < 3; i++) await look();
  expect(world.told).toEqual(['1000 asks']);
  expect(world.reads).toBe(3);
});

test('of two events the later one never counts as the earlier, though it was read after its tick', async () => {
  const events = new Map([
    ['a.event.json', 996],
    ['b.event.json', 998],
  ]);
  const told: string[] = [];
  let now = 1000;
  const look = createStatusReader({
    paths: PATHS,
    files: {
      list: async () => [...events].map(([name, modifiedAt]) => ({ name, bytes: 2, modifiedAt })),
      text: async (_paths, name) => JSON.stringify(name),
      remove: async (_paths, name) => {
        events.delete(name);
        now += 100;
      },
    },
    understand: (payload) => payload as HookReport,
    onReport: (at, report) => told.push(`${at} ${report}`),
    onJunk: () => {},
    now: () => now,
    lookAgain: () => {},
  });
  await look();
  expect(told).toEqual(['1000 a.event.json', '1000 b.event.json']);
});
