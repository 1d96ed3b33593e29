import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShallowLines } from './shallow-lines.ts';

const line = (content: string) => `${(content.length + 4).toString(16).padStart(4, '0')}${content}`;
const id = (digit: number) => digit.toString(16).repeat(40);
const COMMAND = line(`${id(0)} ${id(10)} refs/uploads/u/work\0report-status`);

/** What goes on to git, and what was told before it did. */
async function passed(chunks: readonly Buffer[]): Promise<{ on: string; told: readonly string[] }> {
  const told: string[] = [];
  const lines = new ShallowLines(async (ids) => {
    await new Promise((resolve) => setImmediate(resolve));
    told.push(...ids);
  });
  lines.once('data', () => told.push('then data'));
  const [on] = await Promise.all([text(lines), pipeline(Readable.from(chunks), lines)]);
  return { on, told };
}

const cuts = (whole: string) =>
  fc.array(fc.nat(whole.length), { maxLength: 20 }).map((places) => {
    const ends = [...places, whole.length].sort((a, b) => a - b);
    return ends.map((end, place) => Buffer.from(whole.slice(ends[place - 1] ?? 0, end), 'latin1'));
  });

test('takes what a shallow repository says out, however it is cut, and nothing else', async () => {
  const rest = `${COMMAND}0000PACK\0${line(`shallow ${id(5)}`)}`;
  const whole = [1, 2].map((digit) => line(`shallow ${id(digit)}`)).join('') + rest;
  await fc.assert(
    fc.asyncProperty(cuts(whole), async (chunks) => {
      expect(await passed(chunks)).toEqual({ on: rest, told: [id(1), id(2), 'then data'] });
    }),
  );
});

test.each([
  ['a push of a whole repository', `${COMMAND}0000PACK`],
  ['nothing to push', '0000'],
  ['a line that is no id', `${line('shallow me')}0000`],
  ['a length that is none', 'zzzzshallow'],
  ['an end in the middle of a line', line(`shallow ${id(1)}`).slice(0, 20)],
  ['an end in the middle of a length', '00'],
])('passes on %s as it is', async (_what, whole) => {
  expect((await passed([Buffer.from(whole, 'latin1')])).on).toBe(whole);
});
