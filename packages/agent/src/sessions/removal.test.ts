import { expect, it } from 'vitest';
import { Removal, type RemovalOptions } from './removal.ts';

it('asked again under the same request id it answers as before, though the session is gone', async () => {
  const freed = { workspaceBytes: 1, transcriptBytes: 2, outputBytes: 3 };
  const asked: unknown[] = [];
  const removal = new Removal({
    registry: {
      grantedTo: (method: string, key: unknown) => {
        asked.push([method, key]);
        return 'sess-1';
      },
      resolve: () => {
        throw new Error('it is gone');
      },
    },
    journal: { setting: (name: string) => (name === 'removed:sess-1' ? JSON.stringify(freed) : null) },
  } as unknown as RemovalOptions);
  const key = { requestId: 'r', fingerprint: 'f' };
  expect(await removal.remove({ key, session: 'name' })).toEqual(freed);
  expect(asked).toEqual([['Delete', key]]);
});
