/** Sessions of others' tools, in the user's own tmux server, through the whole product. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { OtherTool } from '../support/other-tool.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { StandInNotifier } from '../support/stand-in-notifier.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let tool: OtherTool;
let agent: TestAgent;

beforeEach(async () => {
  sandbox = createSandbox();
  tool = new OtherTool(sandbox);
  agent = await sandbox.startAgent();
});
afterEach(async () => {
  await sandbox?.[Symbol.asyncDispose]();
});

interface Row {
  readonly session_id: string;
  readonly vm_name: string;
  readonly status: string;
  readonly attention: { readonly kind: string; readonly line: string } | null;
}
const rows = async () => (await sandbox.json<{ sessions: Row[] }>(['list'])).sessions;
const row = async (id: string) => (await rows()).find(({ session_id }) => session_id === id);
const kind = async (id: string) => (await row(id))?.attention?.kind ?? null;
const asks = (id: string, wanted: string | null) =>
  until(async () => (await kind(id)) === wanted && 'yes', { what: `${id} asks for ${wanted}` });

it('attach shows it, types into it, and clears what it asked; its server stays as it was', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  const before = tool.configuration();
  await using terminal = sandbox.berthTerminal(['attach', 'dev', '--detach-keys', 'ctrl-p ctrl-q']);
  await terminal.waitForScreen(/Run Bash\? \[y\/n\]/);
  expect(tool.tmux('list-clients', '-t', '=dev', '-F', '#{client_width}')).toBe('80');
  expect(await kind('external:dev')).toBe('permission');
  // Refused: its file tells another status.
  terminal.type('n');
  terminal.press('Enter');
  await terminal.waitForScreen(/^<n>$/m);
  await asks('external:dev', 'input');
  // Typed without an answer of the tool: nobody needs to be told any more.
  terminal.type('x');
  await asks('external:dev', null);
  terminal.press('C-p', 'C-q');
  await terminal.waitForScreen(/berth: detached; session external:dev goes on: berth attach external:dev/);
  expect(await terminal.waitForExit()).toBe(0);
  expect(tool.configuration()).toBe(before);
  expect(tool.tmux('list-sessions', '-F', '#{session_name}')).toBe('dev');
  await until(() => tool.tmux('list-clients') === '', { what: 'the terminal is gone' });
});

it('attach --read-only types nothing; the end of its tmux session ends the attach', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  await using terminal = sandbox.berthTerminal(['attach', '--read-only', 'local:external:dev']);
  await terminal.waitForScreen(/Run Bash\? \[y\/n\]/);
  terminal.type('y');
  terminal.press('Enter');
  expect(await kind('external:dev')).toBe('permission');
  tool.tmux('kill-session', '-t', '=dev');
  await terminal.waitForScreen(/berth: the tmux session of external:dev is gone/);
  expect(await terminal.waitForExit()).toBe(0);
  await using again = sandbox.berthTerminal(['attach', 'dev']);
  await again.waitForScreen(/put it away: berth ack local:external:dev/);
  expect(await again.waitForExit()).toBe(7);
});

it('typed keys are neither lost nor doubled when the agent dies', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  await using terminal = sandbox.berthTerminal(['attach', 'external:dev']);
  await terminal.waitForScreen(/Run Bash\? \[y\/n\]/);
  terminal.type('one ');
  await until(() => tool.screen('dev').includes('one'), { what: 'the first keys arrive' });
  await agent.kill9();
  terminal.type('two');
  terminal.press('Enter');
  await agent.restart();
  await until(() => tool.screen('dev').includes('<one two>'), { what: 'the rest arrives once' });
  expect(tool.screen('dev').match(/<.*>/g)).toEqual(['<one two>']);
});

it('ack clears it until it asks anew, also over a restart; a name of ours goes before', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  const { stdout } = await sandbox.berth(['ack', 'local:external:dev']);
  expect(stdout).toMatch(/^external:dev cleared: permission for \d+s: Run Bash\?\n$/);
  expect((await sandbox.berth(['ack', 'external:dev'])).stdout).toBe('external:dev asked for nobody\n');
  await agent.restart();
  expect(await kind('external:dev')).toBeNull();
  tool.tmux('send-keys', '-t', '=dev:', 'ask', 'Enter');
  await asks('external:dev', 'permission');
  expect((await sandbox.json<{ sessions: Row[] }>(['ack', '--all'])).sessions).toMatchObject([
    { session_id: 'external:dev', cleared: true, attention: { line: 'Run rm?' } },
  ]);
  await sandbox.berth(['start', '--name', 'dev', '--', 'sleep', '1000']);
  expect((await sandbox.json<Row>(['show', 'dev'])).session_id).toMatch(/^sess-/);
  expect((await sandbox.json<Row>(['show', 'external:dev'])).session_id).toBe('external:dev');
});

it('send, output, show, explain and snooze know it; what it has not is said', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  const explained = await sandbox.json<{ verdicts: object[] }>(['explain', 'dev']);
  expect(explained.verdicts).toMatchObject([
    { holds: true, source: 'hook', rule: 'external-permission', seen: 'Run Bash?', attention: 'permission' },
  ]);
  await sandbox.berth(['snooze', 'dev', '30m']);
  expect(await sandbox.json(['next'])).toEqual({ next: null, waiting: 0 });
  await sandbox.berth(['snooze', 'dev', '--off']);
  expect(await sandbox.json(['next'])).toMatchObject({ next: { session_id: 'external:dev' } });

  expect((await sandbox.berth(['output', 'dev', '--screen'])).stdout).toBe('Run Bash? [y/n]\n');
  const sent = await sandbox.json(['send', 'dev', 'ask', '--enter']);
  expect(sent).toMatchObject({ session_id: 'external:dev', taken: true });
  await until(() => tool.screen('dev').includes('<ask>'), { what: 'what was sent arrives' });
  await until(async () => (await row('external:dev'))?.attention?.line === 'Run rm?', {
    what: 'it asks anew',
  });
  expect(tool.tmux('list-buffers')).toBe('');

  const { stdout } = await sandbox.berth(['show', 'dev']);
  expect(stdout).toMatch(/^session {5}external:dev\n/);
  expect(stdout).toMatch(/^status {6}permission, as its tool reports$/m);
  expect(stdout).toMatch(/^by ssh {6}tmux attach -t '=dev'$/m);
  expect(await sandbox.json(['show', 'dev'])).toMatchObject({
    session_id: 'external:dev',
    external: true,
    report: { status: 'permission', message: 'Run rm?', tool_session_id: 's' },
    workspace: sandbox.home,
    ssh: "tmux attach -t '=dev'",
  });

  for (const args of [
    ['output', '--follow', 'dev'],
    ['session', 'dev', 'other-name'],
    ['kill', '--signal', 'INT', 'dev'],
  ]) {
    const { code, stderr } = await sandbox.berth(args);
    expect(stderr).toMatch(/^berth: cannot .* external:dev: .*\n {2}hint: /);
    expect(code).toBe(2);
  }
});

it('kill ends its tmux session and puts it away; --all leaves it alone', async () => {
  tool.start('dev');
  tool.start('other');
  await asks('external:dev', 'permission');
  expect(await sandbox.json(['kill', '--all', '--status', 'running', '--yes'])).toEqual({ sessions: [] });
  const { code, stdout } = await sandbox.berth(['kill', 'dev']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'external:dev its tmux session was ended by SIGHUP\n',
  });
  expect(tool.tmux('list-sessions', '-F', '#{session_name}')).toBe('other');
  expect(await row('external:dev')).toBeUndefined();
  await agent.restart();
  expect((await rows()).map(({ session_id }) => session_id)).toEqual(['external:other']);
  expect((await sandbox.berth(['kill', 'external:dev'])).code).toBe(4);
});

it('connect and next go to it', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  for (const args of [
    ['connect', 'local:dev'],
    ['next', '--once'],
  ]) {
    await using terminal = sandbox.berthTerminal(args);
    await terminal.waitForScreen(/Run Bash\? \[y\/n\]/);
    terminal.press('C-b', 'd');
    expect(await terminal.waitForExit()).toBe(0);
  }
  expect((await rows()).map(({ session_id }) => session_id)).toEqual(['external:dev']);
});

it('its attention is notified of once, told to watchers, and counted in the status bar', async () => {
  Object.assign(sandbox.env, { BERTH_NOTIFY_DWELL: '0', BERTH_NOTIFY_COOLDOWN: '0' });
  const notifier = new StandInNotifier(sandbox);
  const watch = sandbox.spawnBerth(['watch', '--notify', '--only', 'attention', '--json']);
  const cursor = join(sandbox.stateDir, 'cursors', 'notify.json');
  await until(() => existsSync(cursor) && readFileSync(cursor, 'utf8').includes('local'), {
    what: 'the watch reached the host',
  });
  tool.start('dev');
  await notifier.waitFor(1);
  // Again, as tools do: it is the same question.
  tool.report('dev', { session_id: 's', status: 'permission', message: 'Run Bash?' });
  await sandbox.berth(['ack', 'dev']);
  tool.tmux('send-keys', '-t', '=dev:', 'n', 'Enter');
  await notifier.waitFor(2);
  expect(notifier.shown).toEqual([
    ['dev on local asks for permission', 'Run Bash?'],
    ['dev on local waits for you', 'What instead?'],
  ]);
  // Who is notified, and who reads, wait for nobody but themselves.
  await watch.waitForText(/"attention_kind":\s*"input"/);
  const told = watch.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { session_id: string; attention_kind: string; cleared: string });
  expect(told.map(({ attention_kind, cleared }) => [attention_kind, cleared])).toEqual([
    ['permission', null],
    [null, 'acknowledged'],
    ['input', null],
  ]);
  await rows();
  expect((await sandbox.berth(['status', '--format', 'tmux'])).stdout).toBe('1? 1▶\n');
});

it('a terminal that is attached elsewhere says that it asks', async () => {
  await sandbox.berth(['start', '--name', 'ours', '--', 'sh', '-c', 'echo ready; cat']);
  await using terminal = sandbox.berthTerminal(['attach', 'ours'], { columns: 100 });
  await terminal.waitForScreen(/^ready$/m);
  // The watch begins a moment after the session shows: asked anew until it is there.
  await until(
    async () => {
      tool.report('elsewhere', { status: 'waiting', message: 'Which port?' });
      await asks('external:elsewhere', 'input');
      tool.report('elsewhere', { status: 'working' });
      await asks('external:elsewhere', null);
      return /local:elsewhere input: Which port\?/.test(terminal.screen());
    },
    { what: 'the line', deadlineMs: 20_000 },
  );
});

it('the live view attaches to it and acknowledges it', async () => {
  tool.start('dev');
  await asks('external:dev', 'permission');
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 100, rows: 30 });
  await terminal.waitForScreen(/1 asks/);
  // The end of what it shows now.
  await terminal.waitForScreen(/^Run Bash\? \[y\/n\]/m);
  terminal.press('a');
  await terminal.waitForScreen(/berth: detach with|\[dev\]/);
  await until(() => tool.tmux('list-clients', '-t', '=dev') !== '', { what: 'it is attached' });
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(/back from dev/);
  await terminal.waitForScreen(/^› ! permission +dev/m);
  terminal.type('r');
  await terminal.waitForScreen(/dev is another tool's session: it cannot be renamed or tagged/);
  terminal.type('A');
  await terminal.waitForScreen(/dev acknowledged/);
  // Its file still says so; nobody is asked any more.
  await terminal.waitForScreen(/^› ○ answered +dev/m);
  await asks('external:dev', null);
  terminal.type('x');
  terminal.type('y');
  await until(async () => (await row('external:dev')) === undefined && 'gone', { what: 'it is ended' });
});

it('on another host, too: what was put away stays away, and names apart hosts', async () => {
  const remote = await sandbox.startAgent({
    name: 'lab',
    flags: ['--external-sessions', join(sandbox.dir, 'lab-reports')],
  });
  await using sshd = await TestSshd.start(sandbox, { name: 'lab' });
  configureHosts(sandbox, [{ sshd }]);
  tool.report('old', { status: 'done', message: 'All green' });
  const there = new OtherTool(sandbox, 'lab-reports');
  there.report('old', { status: 'permission', message: 'Run rm?' });
  await until(async () => (await rows()).length === 2, { what: 'both are listed' });
  const { code, stderr } = await sandbox.berth(['ack', 'old']);
  expect(code).toBe(7);
  expect(stderr).toMatch(/cannot tell which session old means: .*lab:external:old/);
  expect((await sandbox.berth(['ack', 'lab:old'])).stdout).toMatch(/^external:old put away: permission/);
  const left = async () => (await rows()).map(({ vm_name }) => vm_name);
  expect(await left()).toEqual(['local']);
  await remote.restart();
  expect(await left()).toEqual(['local']);
  expect(await sandbox.json(['next'])).toMatchObject({ waiting: 1 });
  there.report('old', { status: 'permission', message: 'Run it again?' });
  await until(async () => (await left()).length === 2, { what: 'a new report brings it back' });
});
