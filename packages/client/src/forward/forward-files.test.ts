import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endForward, type Forward, keepForward, listForwards } from './forward-files.ts';

function runtime(): string {
  const directory = path.join(mkdtempSync(path.join(tmpdir(), 'forwards-')), 'berth');
  onTestFinished(() => rmSync(path.dirname(directory), { recursive: true }));
  return directory;
}

const forward: Forward = {
  ...{ host: 'dev', sessionId: 'sess-1', name: 'web', port: 3000, localPort: 3000 },
  ...{ pid: process.pid, since: 0 },
};

/** Number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'close');
  return child.pid ?? 0;
}

test('it is listed while it is kept', () => {
  const directory = runtime();
  const ofAll = { ...forward, port: null, localPort: null };
  using _all = keepForward(directory, ofAll, () => {});
  {
    using _kept = keepForward(directory, forward, () => {});
    expect(listForwards(directory)).toEqual([ofAll, forward]);
  }
  expect(listForwards(directory)).toEqual([ofAll]);
});

test('whoever ends it knows when its owner has let go, and not before', async () => {
  const directory = runtime();
  let ended = false;
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const kept = keepForward(directory, forward, resolve);
  const ending = endForward(directory, forward).then((done) => {
    ended = true;
    return done;
  });
  await gone;
  expect(listForwards(directory)).toEqual([]);
  // Its port is still held.
  expect(await endForward(directory, forward, 50)).toBe(false);
  expect(ended).toBe(false);
  kept[Symbol.dispose]();
  expect(await ending).toBe(true);
  expect(readdirSync(path.join(directory, 'forwards'))).toEqual([]);
});

test('what a killed owner left is forgotten, and takes nothing of the next owner of its port along', async () => {
  const directory = runtime();
  const pid = await deadPid();
  keepForward(directory, { ...forward, pid }, () => {});
  writeFileSync(path.join(directory, 'forwards', `3001.${pid}.json.new`), '{');
  let ended = 0;
  // The port is free, since its owner is dead: another takes it before anybody has looked.
  using _kept = keepForward(directory, { ...forward, name: 'next' }, () => void ended++);
  expect(listForwards(directory)).toMatchObject([{ name: 'next' }]);
  expect(readdirSync(path.join(directory, 'forwards'))).toHaveLength(1);
  expect(await endForward(directory, { ...forward, pid })).toBe(true);
  expect(ended).toBe(0);
});

test('one that is being ended when its owner is killed is over', async () => {
  const directory = runtime();
  const dead = { ...forward, pid: await deadPid() };
  keepForward(directory, dead, () => {});
  expect(await endForward(directory, dead)).toBe(true);
  expect(readdirSync(path.join(directory, 'forwards'))).toEqual([]);
});

test('a process that has the number of a killed owner by now holds nothing', () => {
  const directory = runtime();
  keepForward(directory, forward, () => {});
  const file = path.join(directory, 'forwards', `3000.${process.pid}.json`);
  const { birth, ...kept } = JSON.parse(readFileSync(file, 'utf8')) as { birth: string };
  // As another process of the same number would have written it, before or since the machine was booted.
  for (const other of [birth.replace(/\d+$/, '1'), birth.replace(/^\S+/, 'another-boot')]) {
    writeFileSync(file, JSON.stringify({ ...kept, birth: other }));
    expect(listForwards(directory)).toEqual([]);
    expect(readdirSync(path.join(directory, 'forwards'))).toEqual([]);
  }
});
