/** What a person does about attention: ack, snooze, explain, next, and the line while attached elsewhere. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let events: HostEvents;

beforeAll(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  events = new HostEvents(agent.socket);
});
afterAll(async () => {
  events[Symbol.dispose]();
  await sandbox[Symbol.asyncDispose]();
});

interface Shown {
  readonly attention: { readonly kind: string; readonly snoozed_until: string | null } | null;
}
const shown = (name: string) => sandbox.json<Shown>(['show', name]);
const start = (name: string, script: string) =>
  startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);

/** A session that asks: it has printed `NAME asks` and rung. */
async function ringing(name: string): Promise<string> {
  const id = await start(name, `echo ${name} asks; printf '\\a'; cat`);
  await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  return id;
}
const acknowledged = (name: string) => sandbox.berth(['ack', name]);

it('ack clears what a session asks for, and says what that was', async () => {
  const id = await ringing('rings');
  const { code, stdout } = await acknowledged('rings');
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${id} \\(rings\\) cleared: bell for \\d+s: .*rings asks\\n$`));
  expect((await shown('rings')).attention).toBeNull();
  expect((await acknowledged('rings')).stdout).toBe(`${id} (rings) asked for nobody\n`);
});

it('of several targets each failure has its line, and the worst its exit code', async () => {
  const id = await ringing('several');
  const { code, stdout, stderr } = await sandbox.berth(['ack', 'nobody', 'several', 'nowhere:x']);
  expect(code).toBe(4);
  expect(stdout).toMatch(new RegExp(`^${id} \\(several\\) cleared`));
  expect(stderr.match(/^berth: /gm)).toHaveLength(2);
});

it('ack --all clears every one', async () => {
  const names = ['all-a', 'all-b'];
  for (const name of names) await ringing(name);
  const { sessions } = await sandbox.json<{ sessions: { name: string; cleared: boolean }[] }>([
    'ack',
    '--all',
  ]);
  expect(sessions.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(sessions.every(({ cleared }) => cleared)).toBe(true);
  const again = await sandbox.berth(['ack', '--all']);
  expect(again).toMatchObject({ code: 0, stdout: '', stderr: 'berth: no session asks for anybody\n' });
});

it('snooze quiets a session for a time, and --off ends that', async () => {
  const id = await ringing('snoozed');
  const nextName = async () => (await sandbox.json<{ next: { name: string } | null }>(['next'])).next?.name;
  expect(await nextName()).toBe('snoozed');
  const { stdout } = await sandbox.berth(['snooze', 'snoozed', '30m']);
  expect(stdout).toMatch(new RegExp(`^${id} \\(snoozed\\) snoozed for 30m, until \\d\\d:\\d\\d\\n$`));
  // It stands, and is left alone.
  expect((await shown('snoozed')).attention).toMatchObject({
    kind: 'bell',
    snoozed_until: expect.any(String),
  });
  expect(await nextName()).toBeUndefined();
  expect((await sandbox.berth(['snooze', 'snoozed', 'until', '09:00'])).stdout).toMatch(/until 09:00\n$/);
  expect((await sandbox.berth(['snooze', 'snoozed', '--off'])).stdout).toMatch(/snoozed no more\n$/);
  expect(await nextName()).toBe('snoozed');
  expect(await sandbox.berth(['snooze', 'snoozed', 'soon'])).toMatchObject({ code: 2, stdout: '' });
  await acknowledged('snoozed');
});

it('explain tells which rule holds, and why the others lost', async () => {
  await ringing('why');
  const { stdout } = await sandbox.berth(['explain', 'why']);
  expect(stdout).toMatch(/^sess-\S+ \(why\): \w+, bell for \d+s: /);
  expect(stdout).toMatch(/^HOLDS +screen +screen-bell +\d+s +bell +BEL +-$/m);
  const answer = await sandbox.json<{ verdicts: { holds: boolean; lost: string }[] }>(['explain', 'why']);
  const [first, ...others] = answer.verdicts;
  expect(first).toMatchObject({
    holds: true,
    source: 'screen',
    rule: 'screen-bell',
    attention: 'bell',
    lost: '',
  });
  for (const { holds, lost } of others) expect(holds || lost !== '').toBe(true);
  await acknowledged('why');
});

it('show tells what a session asks for, its way through its states, and its reason', async () => {
  const id = await ringing('told');
  const answer = await sandbox.json<Record<string, unknown>>(['show', 'told']);
  expect(answer).toMatchObject({
    session_id: id,
    attention: { kind: 'bell', source: 'screen', line: 'told asks', snoozed_until: null },
    history: [
      { state: 'starting', at: expect.any(String) },
      { state: 'running', at: expect.any(String) },
    ],
    history_complete: true,
  });
  const { stdout } = await sandbox.berth(['show', 'told']);
  expect(stdout).toMatch(/^attention +bell for \d+s \(screen\)$/m);
  expect(stdout).toMatch(/^line +told asks$/m);
  expect(stdout).toMatch(/^history +starting \S+, running \+\d+s$/m);
  await acknowledged('told');
});

it('next goes to who has waited longest, on detach to the next, and ends when none is left', async () => {
  await using own = createSandbox();
  const { socket } = await own.startAgent();
  using seen = new HostEvents(socket);
  for (const name of ['first', 'second', 'third']) {
    const script = `echo ${name} asks; printf '\\a'; cat`;
    const id = await startedId(own, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
    await seen.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  }
  const terminal = own.berthTerminal(['next'], { columns: 160 });
  await terminal.waitForScreen(/first asks/);
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(
    /next: local:sess-\S+ \(second\) .*; 1 more wait \(enter: at once, q: leave\)/,
  );
  await terminal.waitForScreen(/^second asks/m);
  terminal.type('answer');
  await terminal.waitForScreen(/answer/);
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(/next: local:sess-\S+ \(third\)/);
  terminal.press('Enter');
  await terminal.waitForScreen(/^third asks/m);
  terminal.type('answer');
  await terminal.waitForScreen(/answer/);
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(/nobody else waits for you; 1 you have been to still asks: berth ack --all/);
  expect(await terminal.waitForExit()).toBe(0);
  expect(await own.json(['next'])).toMatchObject({ next: { name: 'first' }, waiting: 1 });
  // Between two there is a moment to leave.
  const ringing = await startedId(own, [
    'start',
    '--json',
    '--name',
    'last',
    '--',
    'bash',
    '-c',
    "printf '\\a'; cat",
  ]);
  await seen.find(({ sessionId, fact }) => sessionId === ringing && fact.type === 'attentionRaised');
  const leaving = own.berthTerminal(['next'], { columns: 160 });
  await leaving.waitForScreen(/^first asks/m);
  leaving.press('C-b', 'd');
  await leaving.waitForScreen(/next: local:sess-\S+ \(last\)/);
  leaving.press('q');
  expect(await leaving.waitForExit()).toBe(0);
  await own.berth(['ack', 'first', 'last']);
  const none = await own.berth(['next', '--json']);
  expect(none).toMatchObject({ code: 0, stdout: '{"next":null,"waiting":0}\n' });
});

it('next tells of a session that has ended, and goes on', async () => {
  await using own = createSandbox();
  await own.startAgent();
  const failing = ['start', '--wait', '--name', 'over', '--', 'bash', '-c', 'echo bad; exit 3'];
  expect((await own.berth(failing)).code).toBe(3);
  const terminal = own.berthTerminal(['next']);
  // tmux scrolls the first line away when the program has ended.
  await terminal.waitForScreen(
    /over failed \(exit 3\)[\s\S]* bad\n[\s\S]*see what it left: berth output sess-[\s\S]*nobody else/,
  );
  expect(await terminal.waitForExit()).toBe(0);
});

it('while attached, another session that asks is one line, harmless and here alone', async () => {
  await start('quiet', 'echo quiet here; cat');
  const terminal = sandbox.berthTerminal(['attach', 'quiet'], { columns: 120 });
  const other = sandbox.berthTerminal(['attach', 'quiet'], {
    columns: 120,
    env: { BERTH_ATTACH_NOTICES: 'off' },
  });
  await Promise.all([terminal, other].map((one) => one.waitForScreen(/quiet here/)));
  // It watches from half a second after the first paint on: who asks before that is in the list.
  const id = await start('loud', `while read -r line; do printf '%s\\a' "$line"; done`);
  await until(
    async () => {
      await sandbox.berth(['send', 'loud', '#{pid} #[bg=red] 100% %H $(id)', '--enter']);
      return /local:loud bell/.test(terminal.screen());
    },
    { what: 'the line', everyMs: 500, deadlineMs: 15_000 },
  );
  expect(terminal.screen()).toContain('#{pid} # [bg=red] 100% %H $(id)');
  expect(other.screen()).not.toMatch(/local:loud/);
  // A key takes it away and is typed all the same.
  terminal.type('typed');
  await terminal.waitForScreen(/typed/);
  expect(terminal.screen()).not.toMatch(/local:loud/);
  terminal.press('C-b', 'd');
  expect(await terminal.waitForExit()).toBe(0);
  await sandbox.berth(['ack', id]);
});

it('a host that does not answer holds up neither the attach nor its end', async () => {
  await using own = createSandbox();
  await own.startAgent();
  const [ssh, asked] = [join(own.dir, 'ssh'), join(own.dir, 'asked')];
  writeFileSync(ssh, `#!/bin/sh\ntouch ${asked}\nexec sleep 1000\n`);
  chmodSync(ssh, 0o755);
  own.writeConfig('remotes.yaml', 'remotes:\n  - name: frozen\n    host: frozen.invalid\n');
  await startedId(own, [
    'start',
    '--json',
    '--host',
    'local',
    '--name',
    'one',
    '--',
    'bash',
    '-c',
    'echo one here; cat',
  ]);
  const env = { BERTH_SSH: ssh, BERTH_CONNECT_TIMEOUT: '10m' };
  const terminal = own.berthTerminal(['attach', 'local:one'], { env });
  await terminal.waitForScreen(/one here/);
  await until(() => existsSync(asked), { what: 'the frozen host is asked' });
  terminal.type('typed');
  await terminal.waitForScreen(/typed/);
  terminal.press('C-b', 'd');
  expect(await terminal.waitForExit()).toBe(0);
});

it('tells when a terminal comes and goes', async () => {
  const id = await start('visited', 'echo visited here; cat');
  const about = (attached: boolean) =>
    events.find(
      ({ sessionId, fact }) =>
        sessionId === id && fact.type === 'clientsChanged' && fact.attached === attached,
    );
  const terminal = sandbox.berthTerminal(['attach', 'visited']);
  expect((await about(true)).fact).toMatchObject({ attachedClients: 1 });
  await terminal.waitForScreen(/visited here/);
  terminal.press('C-b', 'd');
  expect((await about(false)).fact).toMatchObject({ attachedClients: 0 });
});

it('what a terminal sends by itself answers nothing; a key does', async () => {
  const id = await start('focus', `stty -echo; echo focus here; read -r line; printf 'asks\\a'; cat`);
  const terminal = sandbox.berthTerminal(['attach', 'focus']);
  await terminal.waitForScreen(/focus here/);
  await sandbox.berth(['send', 'focus', '', '--enter']);
  await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  terminal.type('\u001b[I\u001b[O\u001b[<35;3;3M');
  // Had it been taken for typing, the attention would be gone by the time of another call's answer.
  await sandbox.berth(['tag', 'focus', 'seen=1']);
  expect((await shown('focus')).attention).toMatchObject({ kind: 'bell' });
  terminal.type('y');
  const { fact } = await events.find(
    (event) => event.sessionId === id && event.fact.type === 'attentionCleared',
  );
  expect(fact).toMatchObject({ reason: 'typed' });
});
