import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerUsage, countTokens } from './token-count.ts';

const at = '2026-11-21T18:00:00.000Z';
const claude = (id: string, usage: object, more: object = {}) =>
  JSON.stringify({ type: 'assistant', timestamp: at, message: { id, role: 'assistant', usage }, ...more });
const gemini = (id: string, tokens: object | null) =>
  JSON.stringify({ id, timestamp: at, type: 'gemini', content: 'x', tokens });

describe('a line of a transcript tells', () => {
  const used = { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 5000 };
  it.each([
    ['claude', claude('msg_1', used), [100, 20]],
    [
      'claude, which fills its cache',
      claude('msg_1', { ...used, cache_creation_input_tokens: 7 }),
      [107, 20],
    ],
    [
      'gemini',
      gemini('g1', { input: 90, output: 4, cached: 60, thoughts: 6, tool: 0, total: 100 }),
      [30, 10],
    ],
    ['gemini, before it is told', gemini('g1', null), null],
    ['a person', '{"type":"user","message":{"content":"what is \\"usage\\"?"}}', null],
    ['half a line', claude('msg_1', used).slice(40), null],
    ['wicked numbers', claude('msg_1', { input_tokens: -1, output_tokens: 1e300 }), [0, 0]],
  ])('%s', (_what, line, expected) => {
    const usage = answerUsage(line);
    expect(usage && [usage.inputTokens, usage.outputTokens]).toEqual(expected);
    if (usage) expect(usage.at).toBe(Date.parse(at));
  });
});

it('counts each answer once, with the most that was said of it, however the lines are handed over', () => {
  const used = fc.record({ id: fc.constantFrom('a', 'b', 'c'), output: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(fc.array(used, { maxLength: 4 }), { maxLength: 6 }), (chunks) => {
      let marks = {};
      let total = 0;
      for (const [index, chunk] of chunks.entries()) {
        const answers = chunk.map(({ id, output }) => ({ id, at: 1, inputTokens: 0, outputTokens: output }));
        const counted = countTokens(marks, { path: '/t', offset: index, answers });
        marks = counted.marks;
        total += counted.added.outputTokens;
      }
      const most = new Map<string, number>();
      for (const { id, output } of chunks.flat()) most.set(id, Math.max(output, most.get(id) ?? 0));
      expect(total).toBe([...most.values()].reduce((sum, output) => sum + output, 0));
    }),
  );
});

it('remembers a bounded number of transcripts, the newest', () => {
  let marks = {};
  for (let index = 0; index < 40; index++) {
    const path = index % 2 === 0 ? '/main' : `/helper${index}`;
    ({ marks } = countTokens(marks, { path, offset: index, answers: [] }));
  }
  expect(Object.keys(marks)).toHaveLength(16);
  expect(marks).toHaveProperty(['/main'], { offset: 38, answers: [] });
});
