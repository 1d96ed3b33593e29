/** The ledger of a shared host, as one user's agent asks it. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Enforcement } from '@berth/shared/domain/session-state';
import { Enforcement as WireEnforcement } from '@berth/shared/gen/berth/v1/common';
import { LedgerServiceClient } from '@berth/shared/gen/berth/v1/ledger';
import { DETAILS_KEY, decodeStatus } from '@berth/shared/wire/rpc-status';
import { toBytes } from '@berth/shared/wire/scalar';
import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Capacity } from '../domain/ledger.ts';
import type { SharedLedger } from '../sessions/ledger-port.ts';
import type { UnitSpec } from '../sessions/ports.ts';

/** Long enough for a ledger that is restarted under the call. */
const DEADLINE_MS = 15_000;

export interface LedgerDescription {
  readonly hostId: string;
  readonly capacity: Capacity;
  readonly enforcement: Enforcement;
  readonly others: { readonly bytes: number; readonly slots: number };
}

export interface LedgerClient extends SharedLedger, Disposable {
  describe(): Promise<LedgerDescription>;
  startUnit(unit: Pick<UnitSpec, 'sessionId' | 'argv' | 'env'> & { workingDirectory: string }): Promise<void>;
  endUnit(sessionId: string): Promise<void>;
  /** Throws SLOT_EXHAUSTED, MEMORY_INVALID, SESSION_NOT_RUNNING; VERSION_MISMATCH where the ledger is too old. */
  startEditor(unit: {
    sessionId: string;
    argv: readonly string[];
    workingDirectory: string;
    memoryBytes: number;
  }): Promise<void>;
  /** Throws VERSION_MISMATCH where the ledger is too old. */
  stopEditor(sessionId: string): Promise<void>;
}

export function createLedgerClient(socket: string): LedgerClient {
  const client = new LedgerServiceClient(`unix:${socket}`, credentials.createInsecure());

  type Method<Req, Res> = (
    request: Req,
    metadata: Metadata,
    options: { deadline: number },
    callback: (error: ServiceError | null, response: Res) => void,
  ) => unknown;

  function once<Req, Res>(method: Method<Req, Res>, request: Req, deadline: number): Promise<Res> {
    const metadata = new Metadata({ waitForReady: true });
    return new Promise((resolve, reject) => {
      method.call(client, request, metadata, { deadline }, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  /** Asked again where the ledger ended under the call: each of its calls may be asked twice. */
  async function call<Req, Res>(method: Method<Req, Res>, request: Req): Promise<Res> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      try {
        return await once(method, request, deadline);
      } catch (error) {
        const broken = (error as ServiceError).code === status.UNAVAILABLE && Date.now() < deadline;
        if (!broken) throw translated(error as ServiceError, socket);
      }
    }
  }

  async function describe(): Promise<LedgerDescription> {
    const found = await call(client.describe as Method<object, DescribeAnswer>, {});
    return {
      hostId: found.hostId,
      capacity: {
        totalBytes: toBytes(found.memoryTotalBytes),
        reserveBytes: toBytes(found.reserveBytes),
        capacityBytes: toBytes(found.capacityBytes),
        defaultSlotBytes: toBytes(found.defaultSlotBytes),
      },
      enforcement: found.enforcement === WireEnforcement.KERNEL ? 'kernel' : 'advisory',
      others: { bytes: toBytes(found.heldByOthersBytes), slots: found.heldByOthersSlots },
    };
  }

  return {
    describe,
    async others() {
      return (await describe()).others;
    },
    async take({ id, memoryBytes }) {
      const request = { sessionId: id, memoryBytes: BigInt(memoryBytes) };
      await call(client.take as Method<typeof request, object>, request);
    },
    async release(sessionId) {
      await call(client.giveBack as Method<{ sessionId: string }, object>, { sessionId });
    },
    async sync(sessionIds) {
      await call(client.sync as Method<{ sessionIds: string[] }, object>, { sessionIds: [...sessionIds] });
    },
    async startUnit({ sessionId, argv, env, workingDirectory }) {
      const request = { sessionId, argv: [...argv], env: { ...env }, workingDirectory };
      // It may have run and ended: nothing runs twice.
      // It starts a terminal's server, no command; one that runs already is left alone.
      await call(client.startUnit as Method<typeof request, object>, request);
    },
    async endUnit(sessionId) {
      await call(client.endUnit as Method<{ sessionId: string }, object>, { sessionId });
    },
    async startEditor({ sessionId, argv, workingDirectory, memoryBytes }) {
      const bytes = BigInt(memoryBytes);
      const request = { sessionId, argv: [...argv], workingDirectory, memoryBytes: bytes };
      await call(client.startEditorUnit as Method<typeof request, object>, request);
    },
    async stopEditor(sessionId) {
      await call(client.stopEditorUnit as Method<{ sessionId: string }, object>, { sessionId });
    },
    [Symbol.dispose]: () => client.close(),
  };
}

type DescribeAnswer = {
  hostId: string;
  memoryTotalBytes: bigint;
  reserveBytes: bigint;
  capacityBytes: bigint;
  defaultSlotBytes: bigint;
  heldByOthersBytes: bigint;
  heldByOthersSlots: number;
  enforcement: WireEnforcement;
};

function translated(error: ServiceError, socket: string): BerthError {
  const [details] = error.metadata?.get(DETAILS_KEY) ?? [];
  const known = Buffer.isBuffer(details) ? decodeStatus(details) : null;
  if (known) return known;
  if (error.code === status.UNIMPLEMENTED) {
    const message = 'the ledger of this host does not know this call: it is older than the agent';
    const hint = 'whoever runs the host has to start the new one: sudo systemctl restart berth-ledger';
    return new BerthError('VERSION_MISMATCH', message, { hint, cause: error });
  }
  const gone = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
  const message = gone ? `the ledger of this host does not answer on ${socket}` : error.message;
  return new BerthError('LEDGER_UNREACHABLE', message, { cause: error });
}
