/** Promise 5: events are numbered without gaps, and a watcher that comes back misses none. */

import { EventServiceClient, type WatchResponse } from '@berth/shared/gen/berth/v1/event';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

/** What a watch from `since` has to tell now. */
async function eventsSince(socket: string, since: bigint) {
  const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
  try {
    const seen: { number: number; session: string; state: number }[] = [];
    for await (const { message } of client.watch({
      since,
      follow: false,
      onlyNew: false,
      sinceTime: undefined,
    })) {
      if (message?.$case !== 'event') continue;
      const { number, sessionId, fact } = (message as Extract<WatchResponse['message'], { $case: 'event' }>)
        .event;
      const state = fact?.$case === 'sessionChanged' ? (fact.sessionChanged.session?.state ?? 0) : 0;
      seen.push({ number: Number(number), session: sessionId, state });
    }
    return seen;
  } finally {
    client.close();
  }
}

it('numbers without gaps across kills of the agent, and resumes anywhere', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const ids: string[] = [];
  for (let round = 0; round < 4; round++) {
    ids.push(await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', `exit ${round}`]));
    await agent.restart();
  }
  const ended = async () => {
    const { sessions } = await sandbox.json<{ sessions: { status: string }[] }>(['list', '--all']);
    return sessions.length === 4 && sessions.every(({ status }) => ['completed', 'failed'].includes(status));
  };
  await until(ended, { what: 'all sessions ended' });
  const all = await eventsSince(agent.socket, 0n);
  expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
  for (const id of ids) {
    const own = all.filter(({ session }) => session === id);
    const states = own.map(({ state }) => state).filter((state) => state !== 0);
    // Starting, running, ended: each once, in order. 0 is what is told beside the state.
    expect(states).toHaveLength(3);
    expect(states).toEqual([...new Set(states)].sort((a, b) => a - b));
  }
  const rest = await eventsSince(agent.socket, 5n);
  expect(rest).toEqual(all.slice(5));
}, 90_000);
