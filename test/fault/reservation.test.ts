/** A client that dies between Reserve and Start: the slot comes back by itself, and nothing starts later. */

import {
  type ReserveRequest,
  type ReserveResponse,
  SessionServiceClient,
  StartRequest,
  type StartResponse,
} from '@berth/shared/gen/berth/v1/session';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const RESERVE: ReserveRequest = {
  requestId: 'reserve-1',
  memoryBytes: 0n,
  ttl: { seconds: 120n, nanos: 0 },
  name: 'held',
};

function clientOf(socket: string) {
  const client = new SessionServiceClient(`unix:${socket}`, credentials.createInsecure());
  return {
    reserve: (request: ReserveRequest) =>
      new Promise<ReserveResponse>((resolve, reject) =>
        client.reserve(request, (error, response) => (error ? reject(error) : resolve(response))),
      ),
    start: (reservation: string, requestId: string) =>
      new Promise<StartResponse>((resolve, reject) =>
        client.start(
          StartRequest.fromPartial({ requestId, reservation, argv: ['sleep', '1000'] }),
          (error, response) => (error ? reject(error) : resolve(response)),
        ),
      ),
    release: (session: string) =>
      new Promise<void>((resolve, reject) =>
        client.release({ requestId: `release-${session}`, session }, (error) =>
          error ? reject(error) : resolve(),
        ),
      ),
    [Symbol.dispose]: () => client.close(),
  };
}

it('gives the slot back when its time is over, also across a kill of the agent', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--memory-capacity', '64M', '--default-slot', '64M'] });
  using client = clientOf(agent.socket);
  const { session } = await client.reserve(RESERVE);
  const again = await client.reserve(RESERVE);
  expect(again.session?.id).toBe(session?.id);

  const refused = await sandbox.berth(['start', '--', 'true']);
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringMatching(/a slot comes free in \d+ s/) });
  const taken = await sandbox.berth(['start', '--name', 'held', '--', 'true']);
  expect(taken).toMatchObject({ code: 7, stderr: expect.stringMatching(/a session named held/) });

  await client.release(session?.id ?? '');
  const brief = { ...RESERVE, requestId: 'reserve-2', ttl: { seconds: 2n, nanos: 0 } };
  const { session: lapsing } = await client.reserve(brief);
  await agent.restart();
  await until(async () => (await sandbox.berth(['start', '--', 'true'])).code === 0, {
    what: 'the slot came free',
    everyMs: 200,
  });
  await expect(client.start(lapsing?.id ?? '', 'late')).rejects.toThrow(/ran out/);
});

it('starts in the reserved slot, once', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--memory-capacity', '64M', '--default-slot', '64M'] });
  using client = clientOf(agent.socket);
  const { session } = await client.reserve(RESERVE);
  const id = session?.id ?? '';
  const [first, second] = await Promise.all([client.start(id, 's1'), client.start(id, 's1')]);
  expect([first.session?.id, second.session?.id]).toEqual([id, id]);
  const { sessions } = await sandbox.json<{
    sessions: { session_id: string; status: string; name: string }[];
  }>(['list']);
  expect(sessions).toMatchObject([{ session_id: id, status: 'running', name: 'held' }]);
});
