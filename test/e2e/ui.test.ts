/** `berth ui` as a browser sees it: the live fleet, terminals, calls, and what comes from sessions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { UiClient } from '../support/ui-client.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let ui: UiClient;

beforeAll(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  ui = await (await UiClient.start(sandbox)).logIn();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const start = async (...args: string[]) => `local:${await startedId(sandbox, ['start', '--json', ...args])}`;
const shell = (name: string, script: string) => start('--name', name, '--', 'bash', '-c', script);

it('tells the rows of list --json, and what changes', async () => {
  const live = ui.live();
  await live.waitFor('the host is there', ({ hosts }) => hosts.local?.link === 'connected');
  const key = await shell('seen', 'sleep 1000');
  const { sessions } = await live.waitFor(
    'it is listed',
    (state) => state.sessions[key]?.status === 'running',
  );
  const { sessions: listed } = await sandbox.json<{ sessions: Record<string, unknown>[] }>(['list']);
  const steady = ({
    cpu_seconds,
    cpu_percent,
    memory_used_bytes,
    memory_peak_bytes,
    age_minutes,
    ...row
  }: Record<string, unknown>) => row;
  const row = listed.find(({ session_id }) => `local:${session_id}` === key);
  expect(steady(sessions[key] as unknown as Record<string, unknown>)).toEqual(steady(row ?? {}));

  const { epoch, version } = live;
  live.socket.close();
  await ui.call('kill', { session: key });
  const back = ui.live(`?epoch=${epoch}&version=${version}`);
  await until(() => back.messages.length > 0, { what: 'what was missed' });
  expect(back.messages[0]).toMatchObject({ type: 'delta', version: version + 1 });
  const again = ui.live();
  await again.waitFor('its end', (state) => state.sessions[key]?.status === 'killed');
  const events = (await ui.call('events', { since: new Date(0).toISOString(), most: 1000 })).events;
  expect(events.some((event) => event.session === 'seen' && event.status === 'killed')).toBe(true);
});

it('types into terminals, two at once, and goes on after the agent was killed', async () => {
  const [one, two] = [await shell('one', 'echo ready; exec cat'), await shell('two', 'echo ready; exec cat')];
  const terminals = [ui.terminal(one), ui.terminal(two)] as const;
  for (const [i, terminal] of terminals.entries()) {
    await terminal.waitFor('opened');
    terminal.type(`hello ${i}\r`);
    await terminal.waitForText(new RegExp(`hello ${i}\\r?\\n?.*hello ${i}`, 's'));
    await terminal.waitFor('acknowledged');
  }
  const [first] = terminals;
  await agent.kill9();
  await first.waitFor('reconnecting');
  first.type('meanwhile\r');
  await agent.restart();
  await first.waitForText(/meanwhile\r?\n?.*meanwhile/s);
  // A page that comes back under the same id sends again what it does not know to have arrived.
  first.socket.close();
  const again = ui.terminal(one, first.attach);
  const opened = await again.waitFor('opened');
  expect(opened).toMatchObject({ input_offset: 'hello 0\rmeanwhile\r'.length });
  again.type('0\rmeanwhile\rlast\r', 6);
  await again.waitForText(/last\r?\n?.*last/s);
  const { lines } = await ui.call('screen', { session: one, lines: 20 });
  expect(lines.filter((line) => line === 'meanwhile')).toHaveLength(2);
});
