import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputBuffer } from './input-buffer.ts';

test('nothing is lost and nothing doubled, whenever the link breaks', () => {
  const step = fc.oneof(
    fc.record({
      type: fc.uint8Array({ minLength: 1, maxLength: 5 }),
      delivered: fc.boolean(),
      acked: fc.boolean(),
    }),
    fc.constant('reconnect' as const),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const buffer = new InputBuffer();
      const typed: number[] = [];
      const agent: number[] = [];
      let up = true;
      const receive = (offset: number, data: Uint8Array) => {
        expect(offset).toBeLessThanOrEqual(agent.length);
        agent.push(...data.subarray(agent.length - offset));
      };
      const reconnect = () => {
        const rest = buffer.resume(agent.length);
        if (rest) receive(rest.offset, rest.data);
        up = true;
      };
      for (const now of steps) {
        if (now === 'reconnect') reconnect();
        else {
          typed.push(...now.type);
          const { offset, data } = buffer.push(now.type);
          up &&= now.delivered;
          if (up) receive(offset, data);
          if (up && now.acked) buffer.acknowledge(agent.length);
        }
      }
      reconnect();
      expect(agent).toEqual(typed);
    }),
  );
});

test('does not type what the terminal answered to the program before', () => {
  const buffer = new InputBuffer();
  const answers = '\u001b[>84;0;0c\u001bP>|tmux 3.3a\u001b\\\u001b[?1;2c\u001b]11;rgb:00/00/00\u0007';
  buffer.push(Buffer.from('ab'));
  buffer.push(Buffer.from(`${answers}c\u001b[A`));
  const resumed = buffer.resume(1);
  expect(resumed?.offset).toBe(1);
  expect(Buffer.from(resumed?.data ?? []).toString()).toBe('bc\u001b[A');
  expect(buffer.push(Buffer.from('d')).offset).toBe(6);
});
