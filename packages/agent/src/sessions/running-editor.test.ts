import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EditorDoor, EditorPlace, EditorRecord, EditorUnits } from './editor-port.ts';
import { RunningEditor } from './running-editor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const none = () => {};
const record = { program: 'code-server', version: '1.0.0', healthPath: '/', idleMs: 0 } as EditorRecord;
const files = { lastWords: async () => 'busy' };

/** Alive, and deaf. */
function deaf() {
  return new RunningEditor({
    ...{ place: { sessionId: 'sess-1', socket: 's' } as EditorPlace, record },
    units: { alive: async () => true } as unknown as EditorUnits,
    door: {
      answers: async () => false,
      warm: none,
      watch: () => ({ [Symbol.dispose]: none }),
    } as unknown as EditorDoor,
    now: Date.now,
    suspended: () => false,
    ...{ onUse: none, onIdle: none, onGone: none },
  });
}

test('one that never serves did not start; one that served is to be ended first', async () => {
  const [starting, served] = [deaf(), deaf()];
  served.enter();
  const failed = Promise.allSettled([starting.untilReady(files), served.untilReady(files)]);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await failed).toMatchObject([
    { reason: { message: 'code-server 1.0.0 did not start: it does not answer; busy' } },
    {
      reason: {
        message: 'the editor of sess-1 does not answer; busy',
        hint: expect.stringMatching(/berth code sess-1 --stop$/),
      },
    },
  ]);
});
