/** Renaming and tagging outlive a kill of the agent, and a request that is asked again does nothing twice. */
import { SessionServiceClient, UpdateRequest, type UpdateResponse } from '@berth/shared/gen/berth/v1/session';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { toBerthError } from '../../packages/client/src/rpc/errors.ts';
import { eventsOf } from '../support/event-watcher.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

function clientOf(socket: string) {
  const client = new SessionServiceClient(`unix:${socket}`, credentials.createInsecure());
  return {
    update: (request: Partial<UpdateRequest>) =>
      new Promise<UpdateResponse>((resolve, reject) =>
        client.update(UpdateRequest.fromPartial(request), (error, response) =>
          error ? reject(toBerthError(error, 'local')) : resolve(response),
        ),
      ),
    [Symbol.dispose]: () => client.close(),
  };
}

it('asked again under its request id, also after a kill, it answers the same and tells it once', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--name', 'one', '--tag', 'a=1', '--', 'cat']);
  using client = clientOf(agent.socket);
  const order = { requestId: 'update-1', session: id, name: 'two', setTags: { b: '2' }, removeTags: ['a'] };
  const changed = { id, name: 'two', tags: { b: '2' } };
  expect((await client.update(order)).session).toMatchObject(changed);
  const told = (await eventsOf(agent.socket)).filter(({ session }) => session === id).length;
  expect((await client.update(order)).session).toMatchObject(changed);

  await agent.restart();
  expect((await client.update(order)).session).toMatchObject(changed);
  expect((await eventsOf(agent.socket)).filter(({ session }) => session === id)).toHaveLength(told);
  // What came after it is not undone by asking for it again.
  const later = { requestId: 'update-2', session: id, setTags: { b: '3' } };
  expect((await client.update(later)).session?.tags).toEqual({ b: '3' });
  expect((await client.update(order)).session?.tags).toEqual({ b: '3' });
  expect(await sandbox.json(['show', 'two'])).toMatchObject({ session_id: id, tags: { b: '3' } });
});

it('refuses what it cannot do, and leaves the session as it was', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'cat']);
  await startedId(sandbox, ['start', '--json', '--name', 'taken', '--', 'cat']);
  const ended = await startedId(sandbox, ['start', '--json', '--wait', '--', 'true']);
  using client = clientOf(agent.socket);
  await client.update({ requestId: 'used', session: id, setTags: { a: '1' } });
  const refusals: [Partial<UpdateRequest>, string][] = [
    [{ requestId: 'used', session: id, setTags: { a: '2' } }, 'REQUEST_ID_REUSED'],
    [{ requestId: 'r1', session: id, name: 'taken', setTags: { a: '2' } }, 'NAME_TAKEN'],
    [{ requestId: 'r2', session: id, name: 'no:colons' }, 'NAME_INVALID'],
    [{ requestId: 'r3', session: id, setTags: { 'nul\0': 'x' } }, 'ARGUMENT_INVALID'],
    [{ requestId: 'r4', session: ended, name: 'late' }, 'SESSION_ENDED'],
    [{ requestId: 'r5', session: 'nobody' }, 'SESSION_NOT_FOUND'],
    [{ requestId: '', session: id }, 'ARGUMENT_INVALID'],
  ];
  for (const [request, reason] of refusals)
    await expect(client.update(request)).rejects.toMatchObject({ reason });
  expect(await sandbox.json(['show', id])).toMatchObject({ name: 'one', tags: { a: '1' } });
  // A refusal uses up no request id.
  expect((await client.update({ requestId: 'r1', session: id, name: 'free' })).session?.name).toBe('free');
});

it('of two that want one name at once one gets it', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const ids = [
    await startedId(sandbox, ['start', '--json', '--', 'cat']),
    await startedId(sandbox, ['start', '--json', '--', 'cat']),
  ];
  using client = clientOf(agent.socket);
  const outcomes = await Promise.allSettled(
    ids.map((session) => client.update({ requestId: `for-${session}`, session, name: 'wanted' })),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
