import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { moment } from './moment.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What comes of a moment of 3 s in which this is typed. */
async function after(...typed: string[]): Promise<boolean | 'waits'> {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => modes.push(on) });
  const came = moment({ stdin }, 3000);
  for (const keys of typed) stdin.write(keys);
  const result = await Promise.race([came, vi.advanceTimersByTimeAsync(2999).then(() => 'waits' as const)]);
  if (result === 'waits') {
    await vi.advanceTimersByTimeAsync(1);
    expect(await came).toBe(true);
  }
  expect(modes).toEqual([true, false]);
  return result;
}

test.each([['q'], ['\u0003'], ['\u0004'], ['\u001b'], ['x', 'q']])('%j leaves', async (...typed) =>
  expect(await after(...typed)).toBe(false),
);
test.each([['\r'], [' ']])('%j goes on at once', async (typed) => expect(await after(typed)).toBe(true));
test.each([['x'], ['\u001b[A'], ['']])('%j changes nothing: it goes on after the time', async (typed) =>
  expect(await after(typed)).toBe('waits'),
);
