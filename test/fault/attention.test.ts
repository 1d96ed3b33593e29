/** Promise 5 for attention: each is told exactly once, however often the agent dies meanwhile. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

const SESSIONS = 12;
const DEATHS = 5;

/** Asks by turns in every way that needs the agent to look, as soon as the file is there. */
function asking(index: number, go: string): string {
  const ways = [
    `printf '\\033]9;asks ${index}\\007'`,
    `echo '{"status":"waiting","message":"asks ${index}"}' >"$BERTH_STATUS_DIR/x.json"`,
    `echo '{"status":"waiting","message":"asks ${index}"}' >"$BERTH_STATUS_DIR/.x" && mv "$BERTH_STATUS_DIR/.x" "$BERTH_STATUS_DIR/${index}.event.json"`,
  ];
  const pause = (index * 7) % 30;
  return `while [ ! -e ${go} ]; do sleep 0.05; done; sleep 0.${pause + 10}; ${ways[index % 3]}; sleep 1000`;
}

it('tells each of many exactly once, over deaths of the agent', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const go = join(sandbox.dir, 'go');
  const ids = await Promise.all(
    Array.from({ length: SESSIONS }, (_, index) =>
      startedId(sandbox, ['start', '--json', '--', 'bash', '-c', asking(index, go)]),
    ),
  );
  writeFileSync(go, '');
  for (let death = 0; death < DEATHS; death++) await agent.restart();
  using events = new HostEvents(agent.socket);
  for (const id of ids) {
    await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  }
  // Once more from the start: whatever would be told twice has been by now.
  await agent.restart();
  const last = await startedId(sandbox, ['start', '--json', '--', 'true']);
  using all = new HostEvents(agent.socket);
  await all.find(({ sessionId, fact }) => sessionId === last && fact.type === 'attentionRaised');
  for (const [index, id] of ids.entries()) {
    const told = all.facts(id, 'attentionRaised').map(({ attention }) => attention.reason);
    expect(told).toEqual([`asks ${index}`]);
  }
  expect(all.seen.map(({ number }) => number)).toEqual(all.seen.map((_, index) => index + 1));
}, 90_000);
