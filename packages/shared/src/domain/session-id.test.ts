import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { ID_SPACE, isSessionId, sessionId } from './session-id.ts';

it('has the documented form, in UTC', () => {
  const id = sessionId(Date.UTC(2026, 10, 20, 8, 30, 22), 36 ** 5 + 11);
  expect(id).toBe('sess-20261120-083022-10000b');
  expect(isSessionId(id)).toBe(true);
  expect(isSessionId(`${id}x`)).toBe(false);
  expect(isSessionId(id.slice(0, -1))).toBe(false);
});

it('spreads over its whole space', () => {
  expect(sessionId(0, 0)).toMatch(/-000000$/);
  expect(sessionId(0, ID_SPACE - 1)).toMatch(/-zzzzzz$/);
});

it('tells a thousand starts in one second apart', () => {
  // A collision among 1000 of 36^6 has a chance of 1 in 4000; three tries leave none to speak of.
  const once = () => new Set(Array.from({ length: 1000 }, () => sessionId(0, randomInt(ID_SPACE)))).size;
  expect(Math.max(once(), once(), once())).toBe(1000);
});
