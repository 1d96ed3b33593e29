/** The bytes of a push on a connection of their own: it is git's, and the call stays its master. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type PushResponse, WorkspaceServiceClient } from '@berth/shared/gen/berth/v1/workspace';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';

it('git speaks over the connection that the call names, calls go on beside it, and git ends with the call', async () => {
  await using sandbox = createSandbox();
  const { socket } = await sandbox.startAgent();
  const workspace = new WorkspaceServiceClient(`unix:${socket}`, credentials.createInsecure());
  using cleanup = new DisposableStack();
  cleanup.defer(() => workspace.close());
  const call = workspace.push();
  call.on('error', () => {});
  const open = { repository: 'r', upload: 'u', ownConnection: true };
  call.write({ message: { $case: 'open', open } });
  const [named] = (await once(call, 'data')) as [PushResponse];
  expect(named).toMatchObject({ connection: expect.stringMatching(/^[0-9a-f]{32}$/), data: Buffer.alloc(0) });
  // While it is expected, a new connection that makes calls is served as ever.
  expect((await sandbox.berth(['list'])).code).toBe(0);

  const stranger = connect(socket, () => stranger.write(connectionLine('0'.repeat(32))));
  stranger.resume();
  await once(stranger, 'close');
  const connection = connect(socket, () => connection.write(connectionLine(named.connection)));
  const [first] = await once(connection, 'data');
  expect(String(first)).toMatch(/^[0-9a-f]{4}0{40} capabilities\^\{\}\0.*report-status/);
  expect((await sandbox.berth(['list'])).code).toBe(0);

  connection.resume();
  call.cancel();
  await once(connection, 'close');
  const objects = join(sandbox.stateDir, 'repositories/r.git/objects');
  expect(readdirSync(objects).filter((name) => name.startsWith('tmp_'))).toEqual([]);
});
