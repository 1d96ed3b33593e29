/** Acknowledging and snoozing, asked again under one request id: what came in between stands. */

import type { HostEvent } from '@berth/shared/domain/event';
import {
  AcknowledgeRequest,
  type AcknowledgeResponse,
  AttentionServiceClient,
  SnoozeRequest,
  type SnoozeResponse,
} from '@berth/shared/gen/berth/v1/attention';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { toBerthError } from '../../packages/client/src/rpc/errors.ts';
import { HostEvents } from '../support/host-events.ts';
import { OtherTool } from '../support/other-tool.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

function clientOf(socket: string) {
  const client = new AttentionServiceClient(`unix:${socket}`, credentials.createInsecure());
  return {
    acknowledge: (request: Partial<AcknowledgeRequest>) =>
      new Promise<AcknowledgeResponse>((resolve, reject) =>
        client.acknowledge(AcknowledgeRequest.fromPartial(request), (error, response) =>
          error ? reject(toBerthError(error, 'local')) : resolve(response),
        ),
      ),
    snooze: (request: Partial<SnoozeRequest>) =>
      new Promise<SnoozeResponse>((resolve, reject) =>
        client.snooze(SnoozeRequest.fromPartial(request), (error, response) =>
          error ? reject(toBerthError(error, 'local')) : resolve(response),
        ),
      ),
    [Symbol.dispose]: () => client.close(),
  };
}

it('a second try clears nothing that was raised after the first, also after a kill', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const script = `printf '\\a'; while read -r line; do printf '\\a'; done`;
  const id = await startedId(sandbox, ['start', '--json', '--name', 'rings', '--', 'bash', '-c', script]);
  const raised = async (count: number) => {
    using events = new HostEvents(agent.socket);
    await events.find(() => events.facts(id, 'attentionRaised').length === count);
  };
  const stands = async () =>
    (await sandbox.json<{ attention: object | null }>(['show', id])).attention !== null;
  using client = clientOf(agent.socket);
  await raised(1);
  const first = { requestId: 'ack-1', session: id };
  expect((await client.acknowledge(first)).cleared).toBe(true);
  expect(await stands()).toBe(false);

  await sandbox.berth(['send', id, 'again', '--enter']);
  await raised(2);
  expect((await client.acknowledge(first)).cleared).toBe(true);
  expect(await stands()).toBe(true);
  await agent.restart();
  expect((await client.acknowledge(first)).cleared).toBe(true);
  expect(await stands()).toBe(true);
  await expect(client.snooze({ ...first, until: new Date() })).rejects.toMatchObject({
    reason: 'REQUEST_ID_REUSED',
  });
});

it('a second try of a snooze does not bring back one that was ended', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', "printf '\\a'; cat"]);
  using events = new HostEvents(agent.socket);
  await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  using client = clientOf(agent.socket);
  const quiet = { requestId: 'snooze-1', session: id, until: new Date(Date.now() + 3_600_000) };
  expect((await client.snooze(quiet)).session?.attention?.snoozedUntil).toEqual(quiet.until);
  await client.snooze({ requestId: 'snooze-2', session: id, until: new Date(0) });
  await agent.restart();
  expect((await client.snooze(quiet)).session?.attention?.snoozedUntil).toBeUndefined();
});

it('holds for sessions of other tools as well', async () => {
  await using sandbox = createSandbox();
  const tool = new OtherTool(sandbox);
  const agent = await sandbox.startAgent();
  const session = 'external:dev';
  const asks = async (line: string | null) => {
    const look = async () =>
      (await sandbox.json<{ sessions: { attention: { line: string } | null }[] }>(['list'])).sessions[0];
    await until(async () => ((await look())?.attention?.line ?? null) === line, { what: `it asks ${line}` });
  };
  using client = clientOf(agent.socket);
  tool.report('dev', { status: 'waiting', message: 'Which port?' });
  await asks('Which port?');
  tool.tmux('new-session', '-d', '-s', 'dev', 'cat');
  const first = { requestId: 'ack-1', session };
  expect((await client.acknowledge(first)).cleared).toBe(true);
  await asks(null);
  tool.report('dev', { status: 'waiting', message: 'And the host?' });
  await asks('And the host?');
  await agent.kill9();
  await agent.restart();
  expect((await client.acknowledge(first)).cleared).toBe(true);
  await asks('And the host?');
  await expect(client.snooze({ ...first, until: new Date() })).rejects.toMatchObject({
    reason: 'REQUEST_ID_REUSED',
  });

  const quiet = { requestId: 'snooze-1', session, until: new Date(Date.now() + 3_600_000) };
  expect((await client.snooze(quiet)).session?.attention?.snoozedUntil).toEqual(quiet.until);
  await client.snooze({ requestId: 'snooze-2', session, until: new Date(0) });
  await agent.restart();
  expect((await client.snooze(quiet)).session?.attention?.snoozedUntil).toBeUndefined();
});

it('a snooze of another tool\u2019s session ends by itself, also over a restart, and raises it anew', async () => {
  await using sandbox = createSandbox();
  const tool = new OtherTool(sandbox);
  const agent = await sandbox.startAgent();
  tool.report('dev', { status: 'permission', message: 'Run rm?' });
  using events = new HostEvents(agent.socket);
  const raises = ({ fact, number }: HostEvent) =>
    fact.type === 'externalChanged' && fact.session.attention?.event === number;
  const { number } = await events.find(raises);
  using client = clientOf(agent.socket);
  const ends = new Date(Date.now() + 1500);
  await client.snooze({ requestId: 'snooze-1', session: 'external:dev', until: ends });
  await agent.kill9();
  await agent.restart();
  using later = new HostEvents(agent.socket);
  const anew = await later.find((event) => raises(event) && event.number > number);
  expect(anew.at).toBeGreaterThanOrEqual(ends.getTime());
});
