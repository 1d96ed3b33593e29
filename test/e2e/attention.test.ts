/** What raises attention and what clears it, through the real agent and real terminals. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let events: HostEvents;

beforeAll(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent({ flags: ['--prompt-still', '500ms'] });
  events = new HostEvents(agent.socket);
});
afterAll(async () => {
  events[Symbol.dispose]();
  await sandbox[Symbol.asyncDispose]();
});

const start = (script: string) => startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
const raised = (id: string) => (event: { sessionId: string; fact: { type: string } }) =>
  event.sessionId === id && event.fact.type === 'attentionRaised';
const cleared = (id: string) => (event: { sessionId: string; fact: { type: string } }) =>
  event.sessionId === id && event.fact.type === 'attentionCleared';

/** The first attention of a session. */
async function attentionOf(id: string) {
  const { fact, number } = await events.find(raised(id));
  if (fact.type !== 'attentionRaised') throw new Error('not raised');
  expect(fact.attention.event).toBe(number);
  return fact.attention;
}

describe('ways to ask for somebody, each in one line', () => {
  test("printf '\\a'", async () => {
    const id = await start("echo the last line; printf '\\a'; sleep 1000");
    expect(await attentionOf(id)).toMatchObject({ kind: 'bell', source: 'screen', line: 'the last line' });
  });

  test('OSC 9', async () => {
    const id = await start("printf '\\033]9;Which branch?\\007'; sleep 1000");
    expect(await attentionOf(id)).toMatchObject({ kind: 'input', reason: 'Which branch?' });
  });

  test('a JSON file in $BERTH_STATUS_DIR', async () => {
    const id = await start(
      `echo '{"status":"permission","message":"wants to deploy","line":"deploy --prod"}' >"$BERTH_STATUS_DIR/my.json"; sleep 1000`,
    );
    expect(await attentionOf(id)).toMatchObject({
      kind: 'permission',
      source: 'hook',
      reason: 'wants to deploy',
      line: 'deploy --prod',
    });
  });

  test('a known prompt that stands still', async () => {
    const id = await start("read -p 'Overwrite? [y/N] ' answer; sleep 1000");
    expect(await attentionOf(id)).toMatchObject({
      kind: 'input',
      reason: 'asks yes or no',
      line: 'Overwrite? [y/N]',
    });
  });

  test('its end', async () => {
    const id = await start('echo all tests passed');
    expect(await attentionOf(id)).toMatchObject({ kind: 'done', source: 'exit', line: 'all tests passed' });
  });

  test('its failure', async () => {
    const id = await start('echo no such file; exit 3');
    expect(await attentionOf(id)).toMatchObject({
      kind: 'error',
      source: 'exit',
      reason: 'exit code 3',
      line: 'no such file',
    });
  });
});

test('a session that prints nothing tells of no output', async () => {
  const id = await start('true');
  await attentionOf(id);
  expect(events.facts(id, 'outputChanged')).toEqual([]);
});

test('somebody who types has answered', async () => {
  const id = await start("read -p 'Overwrite? [y/N] ' answer; echo went on with $answer; sleep 1000");
  const asked = await attentionOf(id);
  await sandbox.berth(['send', id, 'y', '--enter']);
  const { fact } = await events.find(cleared(id));
  expect(fact).toEqual({ type: 'attentionCleared', kind: 'input', raised: asked.event, reason: 'typed' });
});

test('a hook that goes on clears what it asked', async () => {
  const id = await start('sleep 1000');
  const { workspace } = await sandbox.json<{ workspace: string }>(['show', id]);
  const file = join(workspace, '..', 'status', 'tool.json');
  writeFileSync(file, '{"status":"permission","message":"wants to run Bash"}');
  await attentionOf(id);
  writeFileSync(file, '{"status":"working"}');
  expect((await events.find(cleared(id))).fact).toMatchObject({ kind: 'permission', reason: 'went-on' });
});

test('a session that somebody killed asks for nobody', async () => {
  const id = await start("printf '\\a'; sleep 1000");
  await attentionOf(id);
  await sandbox.berth(['kill', id]);
  expect((await events.find(cleared(id))).fact).toMatchObject({ reason: 'ended' });
  expect(events.facts(id, 'attentionRaised')).toHaveLength(1);
});

test('junk and half-written files are ignored', async () => {
  const id = await start(
    `cd "$BERTH_STATUS_DIR"; echo '{"status":"wai' >a.json; echo nonsense >b.json; echo '[1]' >c.json; sleep 0.2; echo '{"status":"waiting"}' >a.json; sleep 1000`,
  );
  expect(await attentionOf(id)).toMatchObject({ kind: 'input', source: 'hook' });
});

test('an attention outlives the agent, and what happened meanwhile is told once', async () => {
  const id = await start(
    "printf '\\a'; while [ ! -e go ]; do sleep 0.1; done; printf '\\033]9;second\\007'; touch went; sleep 1000",
  );
  const { workspace } = await sandbox.json<{ workspace: string }>(['show', id]);
  const first = await attentionOf(id);
  await agent.kill9();
  writeFileSync(join(workspace, 'go'), '');
  await agent.restart();
  using later = new HostEvents(agent.socket);
  await later.find(
    ({ sessionId, fact }) =>
      sessionId === id && fact.type === 'attentionRaised' && fact.attention.kind === 'input',
  );
  const told = later.facts(id, 'attentionRaised').map(({ attention }) => attention.kind);
  expect(told).toEqual(['bell', 'input']);
  // It had printed before, and goes on: no news.
  expect(later.facts(id, 'outputChanged')).toMatchObject([{ printing: true }]);
  expect(later.facts(id, 'attentionCleared')).toEqual([
    { type: 'attentionCleared', kind: 'bell', raised: first.event, reason: 'replaced' },
  ]);
  expect(later.seen.map(({ number }) => number)).toEqual(later.seen.map((_, index) => index + 1));
});
