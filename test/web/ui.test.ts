/** `berth ui` as a browser sees it: the live fleet, terminals, calls, and what comes from sessions. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TERMINAL_WINDOW } from '../../packages/client/src/web/protocol.ts';
import type { TestAgent } from '../support/agent.ts';
import { newRepository } from '../support/git-home.ts';
import { OtherTool } from '../support/other-tool.ts';
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

it('types into sessions of other tools', async () => {
  await using own = createSandbox();
  const tool = new OtherTool(own);
  await own.startAgent();
  tool.start('dev');
  const page = await (await UiClient.start(own)).logIn();
  const key = 'local:external:dev';
  const live = page.live();
  await live.waitFor('it is seen', ({ sessions }) => sessions[key]?.attention?.kind === 'permission');
  const terminal = page.terminal(key);
  await terminal.waitForText(/Run Bash/);
  terminal.type('y\r');
  await terminal.waitForText(/<y>/);
  terminal.socket.close();
  tool.tmux('kill-server');
});

it('lets a session print on that a page does not draw', async () => {
  const key = await shell('flood', 'read -r; seq 2000000; echo over; exec cat');
  const slow = ui.terminal(key);
  slow.draws = false;
  await slow.waitFor('opened');
  slow.type('\r');
  await until(async () => (await ui.call('screen', { session: key, lines: 1 })).lines.includes('over'), {
    what: 'the session is through',
    deadlineMs: 30_000,
  });
  // That it is no more than a window, and goes on behind it: web/terminal-bridge.test.ts.
  expect(slow.bytes).toBeLessThan(TERMINAL_WINDOW + 256 * 1024);
  slow.draws = true;
  slow.drawn();
  await slow.waitForText(/over/);
});

it('plans and starts from the form, and says what is wrong with it', async () => {
  const order = {
    prompt: 'echo "from the form"; sleep 1000',
    preset: 'shell',
    name: 'formed',
    host: '',
    size: '',
    memory: '64M',
    repository: '',
    directory: '',
    queue: false,
    skip_permissions: false,
  };
  expect(await ui.call('plan', order)).toMatchObject({
    host: 'local',
    hosts: [{ name: 'local', fits: true }],
  });
  const { session } = await ui.call('start', order);
  const { row } = await ui.call('show', { session });
  expect(row).toMatchObject({ name: 'formed', preset: 'shell', memory_bytes: 64 * 1024 ** 2 });
  await until(
    async () => (await ui.call('search', { session, text: 'FROM THE', most: 5 })).matches.length > 0,
    {
      what: 'it printed',
    },
  );
  const wrong = async (over: object) => await ui.tryCall('start', { ...order, ...over });
  expect(await wrong({ name: 'formed' })).toMatchObject({ error: { reason: 'NAME_TAKEN', code: 7 } });
  expect(await wrong({ name: 'a b' })).toMatchObject({ error: { reason: 'NAME_INVALID' } });
  expect(await wrong({ memory: 'much' })).toMatchObject({ error: { reason: 'MEMORY_INVALID' } });
  expect(await wrong({ size: 'huge' })).toMatchObject({ error: { reason: 'USAGE' } });
  expect(await wrong({ repository: '/nowhere' })).toMatchObject({ error: { reason: 'SOURCE_INVALID' } });
  expect(await wrong({ queue: 'yes' })).toMatchObject({ error: { reason: 'ARGUMENT_INVALID' } });
  expect(await ui.tryCall('constructor' as 'about', {})).toMatchObject({ error: { reason: 'USAGE' } });
});

it('asks for a host of a size, over the host that is usual', async () => {
  await using own = createSandbox();
  const remote = (name: string, size: string) =>
    `  - { name: ${name}, host: ${name}.invalid, size: ${size} }\n`;
  own.writeConfig('remotes.yaml', `remotes:\n${remote('small', 's')}${remote('large', 'l')}`);
  own.writeConfig('config.yaml', 'host: small\n');
  const page = await (await UiClient.start(own)).logIn();
  const rest = { prompt: '', preset: '', name: '', memory: '', repository: '', directory: '' };
  const plan = async (size: string) => {
    const { hosts } = await page.call('plan', {
      ...rest,
      host: '',
      size,
      queue: false,
      skip_permissions: false,
    });
    return Object.fromEntries(hosts.map(({ name, why }) => [name, why]));
  };
  expect(Object.keys(await plan(''))).toEqual(['small']);
  expect(await plan('l')).toEqual({
    small: 'its size is s',
    large: expect.stringContaining('resolve'),
    local: expect.stringContaining('this machine'),
  });
});

it.each([
  ['send', 'has-it'],
  ['ask', 'has-none'],
])('sends credentials with a start as the setting %s says, unasked', async (credentials, printed) => {
  await using own = createSandbox();
  const preset =
    'description: k\nprogram: bash\ncredentials: [GEMINI_API_KEY]\ninteractive: { with_prompt: [-c, "{prompt}"] }\n';
  own.writeConfig('presets/keyed.yaml', preset);
  await own.startAgent();
  const env = { BERTH_CREDENTIALS: credentials, GEMINI_API_KEY: 'canary' };
  const page = await (await UiClient.start(own, { env })).logIn();
  await page
    .live()
    .waitFor('the host has told', ({ hosts }) => hosts.local?.presets.includes('keyed') === true);
  const prompt = 'test -n "$GEMINI_API_KEY" && echo has-it || echo has-none; sleep 1000';
  const rest = { size: '', memory: '', repository: '', directory: '', queue: false, skip_permissions: false };
  const { session } = await page.call('start', { prompt, preset: 'keyed', name: '', host: '', ...rest });
  const lines = async () => (await page.call('screen', { session, lines: 5 })).lines;
  await until(async () => (await lines()).includes(printed), { what: `it prints ${printed}` });
});

it('takes a repository along, and shows what was changed in it', async () => {
  const at = join(sandbox.home, 'project');
  const git = newRepository(at);
  writeFileSync(join(at, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const order = { prompt: 'echo two > a.txt; sleep 1000', preset: 'shell', name: 'project', host: 'local' };
  const rest = { size: '', memory: '', repository: at, directory: '', queue: false, skip_permissions: false };
  const { session } = await ui.call('start', { ...order, ...rest });
  const diff = async () => (await ui.call('diff', { session })).text;
  await until(async () => /^-one\n\+two$/m.test(await diff()), { what: 'the change' });
  expect((await ui.call('show', { session })).git).toMatchObject({ branch: 'main', dirty_files: 1 });
});

it('changes sessions', async () => {
  const session = await shell('changed', 'sleep 1000');
  const row = async () => (await ui.call('show', { session })).row;
  await ui.call('rename', { session, name: 'renamed' });
  await ui.call('tag', { session, set: { team: 'a' }, remove: [] });
  await ui.call('suspend', { session });
  expect(await row()).toMatchObject({ name: 'renamed', tags: { team: 'a' }, status: 'suspended' });
  await ui.call('resume', { session });
  await ui.call('snooze', { session, until: new Date(Date.now() + 60_000).toISOString() });
  await ui.call('acknowledge', { session });
  expect(await row()).toMatchObject({ status: 'running' });
  expect(await ui.tryCall('kill', { session: 'nowhere:x' })).toMatchObject({
    error: { reason: 'HOST_NOT_FOUND' },
  });
});

it('keeps tabs over its own end, looks at hosts, and says who it is', async () => {
  await using own = createSandbox();
  await own.startAgent();
  const first = await (await UiClient.start(own)).logIn();
  expect(await first.call('getLayout', {})).toEqual({ layout: null });
  await first.call('putLayout', { layout: { tabs: ['local:x'] } });
  expect(await first.call('about', {})).toMatchObject({ version: expect.any(String), sound: false });
  const { checks } = await first.call('doctor', { host: 'local' });
  expect(checks.find(({ name }) => name === 'agent')).toMatchObject({ ok: true });
  first.running.kill('SIGINT');
  expect((await first.running.finished).code).toBe(130);
  const second = await (await UiClient.start(own)).logIn();
  expect(await second.call('getLayout', {})).toEqual({ layout: { tabs: ['local:x'] } });
  // Who was logged in before is nobody now.
  const about = { method: 'about', params: {} };
  expect((await second.post('/api/call', about, first.login)).status).toBe(401);
  // One that was killed leaves a socket that nobody answers.
  second.running.kill('SIGKILL');
  await second.running.finished;
  const third = await (await UiClient.start(own)).logIn();
  expect((await third.ask('/')).headers.etag).toBeDefined();
});

it('notices the page that a session asks, as watch --notify would', async () => {
  await using own = createSandbox();
  await own.startAgent();
  const page = await (await UiClient.start(own, { env: { BERTH_NOTIFY_DWELL_OTHER: '0' } })).logIn();
  const live = page.live();
  await live.waitFor('the host is there', ({ hosts }) => hosts.local?.link === 'connected');
  const id = await startedId(own, [
    'start',
    '--json',
    '--name',
    'ringer',
    '--',
    'bash',
    '-c',
    "printf '\\a'; sleep 1000",
  ]);
  const notice = await until(() => live.messages.find(({ type }) => type === 'notice'), { what: 'a notice' });
  expect(notice).toMatchObject({
    key: `local:${id}`,
    title: expect.stringContaining('ringer'),
    sound: false,
  });
  const events = live.messages.filter((message) => message.type === 'event');
  expect(events.some(({ event }) => event.type === 'attention_raised')).toBe(true);
});
