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
function deaf({ idleMs = 0, onIdle = none, connect = () => Promise.reject(new Error('deaf')) } = {}) {
  const door: Partial<EditorDoor> = {
    answers: async () => false,
    warm: none,
    watch: () => ({ [Symbol.dispose]: none }),
    connect,
  };
  return new RunningEditor({
    place: { sessionId: 'sess-1', socket: 's' } as EditorPlace,
    record: { ...record, idleMs },
    units: { alive: async () => true } as unknown as EditorUnits,
    door: door as EditorDoor,
    now: Date.now,
    suspended: () => false,
    ...{ onUse: none, onIdle, onGone: none },
  });
}

test('who is on his way is somebody, and nobody once he did not get there', async () => {
  const way = Promise.withResolvers<never>();
  let idle = 0;
  const editor = deaf({ idleMs: 1000, onIdle: () => void idle++, connect: () => way.promise });
  editor.enter();
  vi.advanceTimersByTime(999);
  const connecting = editor.connect(new AbortController().signal);
  vi.advanceTimersByTime(1000);
  expect({ idle, until: editor.idleUntil }).toEqual({ idle: 0, until: null });
  way.reject(new Error('nobody answers'));
  await expect(connecting).rejects.toThrow('nobody answers');
  vi.advanceTimersByTime(0);
  expect(idle).toBe(1);
});

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
