/** The ledger of a shared host as a user reaches it who writes a program of their own. */
import { LedgerServiceClient } from '@berth/shared/gen/berth/v1/ledger';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { forwardedSocket, type SharedHost } from './shared-host.ts';

type Call = 'take' | 'giveBack' | 'sync' | 'startUnit' | 'endUnit' | 'startEditorUnit' | 'stopEditorUnit';

export interface LedgerCalls extends AsyncDisposable {
  /** The status that it is answered with. */
  call(method: Call, request: object): Promise<status>;
}

export async function ledgerCalls(host: SharedHost, user: string): Promise<LedgerCalls> {
  const forward = await forwardedSocket(host, { user, socket: `/run/berth/ledger/${user}/ledger.sock` });
  const client = new LedgerServiceClient(`unix:${forward.path}`, credentials.createInsecure());
  type Method = (request: never, callback: (error: ServiceError | null, answer: unknown) => void) => unknown;
  return {
    call: (method, request) =>
      new Promise((resolve) => {
        (client[method] as Method).call(client, request as never, (error) =>
          resolve(error?.code ?? status.OK),
        );
      }),
    async [Symbol.asyncDispose]() {
      client.close();
      await forward[Symbol.asyncDispose]();
    },
  };
}
