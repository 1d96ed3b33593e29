/** SessionService of an agent, called as it stands in the API: for what no command of the client does. */
import {
  ExtendRequest,
  type ExtendResponse,
  KillRequest,
  type KillResponse,
  type ListResponse,
  ReserveRequest,
  type ReserveResponse,
  SessionServiceClient,
  StartRequest,
  type StartResponse,
  type SuspendRequest,
  type SuspendResponse,
} from '@berth/shared/gen/berth/v1/session';
import { decodeSession } from '@berth/shared/wire/session';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { toBerthError } from '../../packages/client/src/rpc/errors.ts';

type Answer<T> = (error: ServiceError | null, response: T) => void;

/** Every call carries a request id where it has one to carry: asked again where the agent dies under it. */
export function sessionCalls(socket: string) {
  const client = new SessionServiceClient(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
  });
  const deadline = Date.now() + 60_000;

  async function call<T>(ask: (answer: Answer<T>) => unknown): Promise<T> {
    for (;;) {
      try {
        return await new Promise<T>((resolve, reject) =>
          ask((error, response) => (error ? reject(error) : resolve(response))),
        );
      } catch (error) {
        const died = (error as ServiceError).code === status.UNAVAILABLE && Date.now() < deadline;
        if (!died) throw toBerthError(error, 'local');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  const sessionOf = ({ session }: { session: StartResponse['session'] }) => {
    if (!session) throw new Error('the agent answered without a session');
    return decodeSession(session);
  };

  return {
    start: async (request: Parameters<typeof StartRequest.fromPartial>[0]) =>
      sessionOf(await call<StartResponse>((done) => client.start(StartRequest.fromPartial(request), done))),
    reserve: async (request: Parameters<typeof ReserveRequest.fromPartial>[0]) =>
      sessionOf(
        await call<ReserveResponse>((done) => client.reserve(ReserveRequest.fromPartial(request), done)),
      ),
    extend: async (request: Parameters<typeof ExtendRequest.fromPartial>[0]) =>
      sessionOf(
        await call<ExtendResponse>((done) => client.extend(ExtendRequest.fromPartial(request), done)),
      ),
    kill: async (request: Parameters<typeof KillRequest.fromPartial>[0]) =>
      sessionOf(await call<KillResponse>((done) => client.kill(KillRequest.fromPartial(request), done))),
    suspend: async (request: SuspendRequest) =>
      sessionOf(await call<SuspendResponse>((done) => client.suspend(request, done))),
    resume: async (request: SuspendRequest) =>
      sessionOf(await call<SuspendResponse>((done) => client.resume(request, done))),
    list: async () => {
      const { sessions } = await call<ListResponse>((done) => client.list({ statuses: [] }, done));
      return sessions.map(decodeSession);
    },
    [Symbol.dispose]: () => client.close(),
  };
}
