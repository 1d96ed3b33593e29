import { GIB, MIB } from '@berth/shared/domain/memory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { besideEditor, editorCap, editorEnvironment, idleUntil } from './editor.ts';

const REQUEST = { sessionId: 's', slotBytes: 8 * GIB, usedBytes: 0, askedBytes: 0, enforced: true };
const cap = (over: Partial<typeof REQUEST>) => editorCap({ ...REQUEST, ...over });

describe('what an editor may hold', () => {
  test.each([
    ['a quarter of the slot', {}, 2 * GIB],
    ['of a larger one no more than 2 GiB', { slotBytes: 32 * GIB }, 2 * GIB],
    ['of a smaller one no less than 512 MiB', { slotBytes: 1 * GIB }, 512 * MIB],
    ['what is left, where that is less', { usedBytes: 7 * GIB }, 960 * MIB],
    ['what was asked for', { askedBytes: 300 * MIB }, 300 * MIB],
    ['its share of a slot that nobody enforces', { slotBytes: 32 * MIB, enforced: false }, 512 * MIB],
  ])('%s', (_what, over, bytes) => expect(cap(over)).toBe(bytes));

  test.each([
    ['a session that uses its slot', { usedBytes: 7.5 * GIB }, 'SLOT_EXHAUSTED'],
    ['a slot that is too small', { slotBytes: 512 * MIB }, 'SLOT_EXHAUSTED'],
    ['more than is left', { askedBytes: 8 * GIB }, 'SLOT_EXHAUSTED'],
    ['too little to run', { askedBytes: 255 * MIB }, 'MEMORY_INVALID'],
  ])('%s gets none', (_what, over, reason) =>
    expect(() => cap(over)).toThrow(expect.objectContaining({ reason })),
  );

  test('never more than the session leaves, and room to move', () => {
    const amount = fc.nat({ max: 64 * 1024 });
    fc.assert(
      fc.property(amount, amount, amount, (slot, used, asked) => {
        const request = { slotBytes: slot * MIB, usedBytes: used * MIB, askedBytes: asked * MIB };
        try {
          expect(cap(request)).toBeLessThanOrEqual((slot - used - 64) * MIB);
        } catch (error) {
          expect(error).toHaveProperty('reason');
        }
      }),
    );
  });
});

describe('what a session keeps beside its editor', () => {
  const beside = (slotBytes: number, editorBytes: number) =>
    besideEditor({ sessionId: 's', slotBytes, editorBytes });

  test.each([
    ['nothing', 0, 'MEMORY_INVALID'],
    ['less than nothing', -1 * GIB, 'MEMORY_INVALID'],
    ['what is no number of bytes', Number.NaN, 'MEMORY_INVALID'],
    ['all of the slot', 1 * GIB, 'SLOT_EXHAUSTED'],
    ['more than there is anywhere', Number.MAX_SAFE_INTEGER, 'SLOT_EXHAUSTED'],
  ])('an editor of %s is refused', (_what, editor, reason) =>
    expect(() => beside(1 * GIB, editor)).toThrow(expect.objectContaining({ reason })),
  );

  test('both together have the slot, and each enough to live', () => {
    const amount = fc.integer({ min: -1, max: 4096 * MIB });
    fc.assert(
      fc.property(amount, amount, (slot, editor) => {
        try {
          const session = beside(slot, editor);
          expect(session + editor).toBe(slot);
          expect(Math.min(session, editor)).toBeGreaterThanOrEqual(16 * MIB);
        } catch (error) {
          expect(error).toHaveProperty('reason');
        }
      }),
    );
  });
});

test.each([
  ['nobody since', { connections: 0, suspended: false, timeoutMs: 5 }, 105],
  ['somebody', { connections: 1, suspended: false, timeoutMs: 5 }, null],
  ['it stands still', { connections: 0, suspended: true, timeoutMs: 5 }, null],
  ['it is to stay', { connections: 0, suspended: false, timeoutMs: 0 }, null],
  [
    'whoever was there may come back',
    { connections: 0, suspended: false, timeoutMs: 5, lostAt: 50 },
    50 + 3 * 3_600_000,
  ],
  [
    'it may idle longer than who was there may be away',
    { connections: 0, suspended: false, timeoutMs: 4 * 3_600_000, lostAt: 50 },
    100 + 4 * 3_600_000,
  ],
])('idle: %s', (_what, now, until) => expect(idleUntil({ lostAt: null, ...now, since: 100 })).toBe(until));

test('what code-server takes for itself, or belongs to another terminal, is left out', () => {
  const kept = { PATH: '/bin', TOKEN: 'x', BERTH_SESSION_ID: 's' };
  const left = {
    VSCODE_IPC_HOOK_CLI: 'x',
    CODE_SERVER_CONFIG: 'x',
    PASSWORD: 'x',
    GITHUB_TOKEN: 'x',
    TMUX: 'x',
  };
  expect(editorEnvironment({ ...kept, ...left })).toEqual(kept);
});
