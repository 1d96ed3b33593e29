import { expect, test } from 'vitest';
import type { Channel } from './channel.ts';
import { editorCalls } from './editor-calls.ts';

test('who brings extensions has the time for all of them', async () => {
  const deadlines: (number | undefined)[] = [];
  const channel = {
    unary: async (_pick: unknown, _request: unknown, o: { deadlineMs?: number }) => {
      deadlines.push(o.deadlineMs);
      return { editor: { state: 2 } };
    },
  } as unknown as Channel;
  const profile = { settings: '', keybindings: '', idleMs: 0 };
  for (const count of [0, 40]) {
    const extensions = Array.from({ length: count }, (_, i) => `a.b${i}`);
    const request = { requestId: 'r', session: 's', idleMs: null, profile: { ...profile, extensions } };
    await editorCalls(channel).openEditor(request);
  }
  expect(deadlines).toEqual([90_000, 90_000 + 40 * 30_000]);
});
