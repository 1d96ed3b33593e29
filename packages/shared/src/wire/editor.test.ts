import { expect, test } from 'vitest';
import type { EditorSnapshot } from '../domain/editor.ts';
import { Editor } from '../gen/berth/v1/editor.ts';
import { decodeEditor, encodeEditor } from './editor.ts';

const READY: EditorSnapshot = {
  ...{ state: 'ready', program: 'code-server', version: '4.139.1', startedAt: 1000, idleSince: null },
  ...{ connections: 2, memoryBytes: 2 ** 31, directory: '/w', detail: '' },
};

test.each([
  READY,
  { ...READY, state: 'stopped', startedAt: null },
  { ...READY, state: 'starting', idleSince: 5 },
] as const)('%# an editor is the same after a journey', (editor) => {
  const bytes = Editor.encode(encodeEditor(editor)).finish();
  expect(decodeEditor(Editor.decode(bytes))).toEqual(editor);
});

test('of a state that it does not know a client makes nothing', () => {
  expect(decodeEditor({ ...encodeEditor(READY), state: 99 as never }).state).toBe('stopped');
});
