import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LedgerServiceService } from '@berth/shared/gen/berth/v1/ledger';
import { Server } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createLedgerClient } from './ledger-client.ts';
import { acceptOn } from './listen.ts';

it('says of a ledger that is older than the agent what is to be done about it', async () => {
  await using scope = new AsyncDisposableStack();
  const directory = mkdtempSync(path.join(tmpdir(), 'berth-ledger-'));
  scope.defer(() => rmSync(directory, { recursive: true }));
  const socket = path.join(directory, 's');
  const server = new Server();
  const { startEditorUnit: _start, stopEditorUnit: _stop, ...older } = LedgerServiceService;
  server.addService(older, {});
  scope.use(await acceptOn(server, { path: socket, descriptor: null }));
  const ledger = scope.use(createLedgerClient(socket));
  const unit = { sessionId: 's', argv: ['x'], workingDirectory: '/', memoryBytes: 1 };
  for (const asked of [ledger.startEditor(unit), ledger.stopEditor('s')]) {
    await expect(asked).rejects.toMatchObject({
      reason: 'VERSION_MISMATCH',
      message: expect.stringMatching(/older than the agent/),
      hint: expect.stringContaining('systemctl restart berth-ledger'),
    });
  }
});
