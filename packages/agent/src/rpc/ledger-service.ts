/** berth.v1.LedgerService for one user: decode, call one thing, encode. */

import { Enforcement } from '@berth/shared/gen/berth/v1/common';
import { type LedgerServiceServer, LedgerServiceService } from '@berth/shared/gen/berth/v1/ledger';
import { toBytes } from '@berth/shared/wire/scalar';
import { Server } from '@grpc/grpc-js';
import type { Ledger } from '../ledger/ledger.ts';
import type { Account } from '../ledger/units-port.ts';
import type { Wrapper } from './handler.ts';
import { acceptOn, type Listening } from './listen.ts';

/** Serves the ledger to one user, on a socket that only that user can open. */
export async function serveLedger(options: {
  socket: Listening;
  account: Account;
  ledger: Ledger;
  wrap: Wrapper;
}): Promise<AsyncDisposable> {
  const server = new Server();
  server.addService(LedgerServiceService, ledgerService(options));
  return await acceptOn(server, options.socket);
}

function ledgerService({
  wrap,
  ledger,
  account,
}: {
  wrap: Wrapper;
  ledger: Ledger;
  account: Account;
}): LedgerServiceServer {
  return {
    describe: wrap.unary('Ledger.Describe', () => {
      const { hostId, capacity, enforcement, heldBytes, others } = ledger.describe(account);
      return {
        hostId,
        memoryTotalBytes: BigInt(capacity.totalBytes),
        reserveBytes: BigInt(capacity.reserveBytes),
        capacityBytes: BigInt(capacity.capacityBytes),
        defaultSlotBytes: BigInt(capacity.defaultSlotBytes),
        heldBytes: BigInt(heldBytes),
        heldByOthersBytes: BigInt(others.bytes),
        heldByOthersSlots: others.slots,
        enforcement: enforcement === 'kernel' ? Enforcement.KERNEL : Enforcement.ADVISORY,
      };
    }),
    take: wrap.unary('Ledger.Take', ({ sessionId, memoryBytes }) => {
      ledger.take(account, { sessionId, memoryBytes: toBytes(memoryBytes) });
      return {};
    }),
    giveBack: wrap.unary('Ledger.GiveBack', async ({ sessionId }) => {
      await ledger.giveBack(account, sessionId);
      return {};
    }),
    sync: wrap.unary('Ledger.Sync', async ({ sessionIds }) => {
      await ledger.sync(account, sessionIds);
      return {};
    }),
    startUnit: wrap.unary('Ledger.StartUnit', async ({ sessionId, argv, env, workingDirectory }) => {
      await ledger.start(account, { sessionId, argv, env, workingDirectory });
      return {};
    }),
    endUnit: wrap.unary('Ledger.EndUnit', async ({ sessionId }) => {
      await ledger.end(account, sessionId);
      return {};
    }),
    startEditorUnit: wrap.unary('Ledger.StartEditorUnit', async ({ memoryBytes, ...unit }) => {
      const { sessionId, argv, workingDirectory } = unit;
      const bytes = toBytes(memoryBytes);
      await ledger.startEditor(account, { sessionId, argv, workingDirectory, memoryBytes: bytes });
      return {};
    }),
    stopEditorUnit: wrap.unary('Ledger.StopEditorUnit', async ({ sessionId }) => {
      await ledger.stopEditor(account, sessionId);
      return {};
    }),
  };
}
