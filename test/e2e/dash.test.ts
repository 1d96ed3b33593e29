/** The live view in a real terminal: what it shows, what its keys do, and what it leaves behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BERTH } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import type { TestTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const SIZE = { columns: 100, rows: 30 };

/** A session of bash -c. */
function start(sandbox: Sandbox, name: string, script: string, flags: readonly string[] = []) {
  return startedId(sandbox, ['start', '--json', '--name', name, ...flags, '--', 'bash', '-c', script]);
}

/** The row of a session, as the terminal shows it; empty where there is none. */
function rowOf(terminal: TestTerminal, name: string): string {
  return (
    terminal
      .screen()
      .split('\n')
      .find((line) => new RegExp(`^[› ][● ].*\\b${name}\\b`).test(line)) ?? ''
  );
}

async function select(terminal: TestTerminal, name: string): Promise<void> {
  await terminal.waitForScreen(new RegExp(`^[› ][● ].*\\b${name}\\b`, 'm'));
  terminal.press('g');
  await terminal.waitForScreen(/MESSAGE.*\n›/);
  const selectedLine = () =>
    terminal
      .screen()
      .split('\n')
      .findIndex((line) => line.startsWith('›'));
  for (let i = 0; i < 20 && !rowOf(terminal, name).startsWith('›'); i++) {
    const before = selectedLine();
    terminal.press('j');
    await until(() => selectedLine() > before, { what: 'the selection moved' });
  }
  expect(rowOf(terminal, name)).toMatch(/^›/);
}

async function statusOf(sandbox: Sandbox, id: string): Promise<string> {
  const { sessions } = await sandbox.json<{ sessions: { session_id: string; status: string }[] }>(['list']);
  return sessions.find(({ session_id }) => session_id === id)?.status ?? '';
}

it('puts who asks first, with the line, and forgets it when it is acknowledged', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const ask =
    'echo "{\\"status\\":\\"permission\\",\\"message\\":\\"may I rm?\\"}" >$BERTH_STATUS_DIR/s.json';
  await start(sandbox, 'asker', `${ask}; echo the tail; sleep 1000`);
  await start(sandbox, 'worker', 'sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await terminal.waitForScreen(/^berth {2}2 sessions, 1 asks$/m);
  await terminal.waitForScreen(/^✓ local/m);
  await terminal.waitForScreen(/^› ! permission +asker .*may I rm\?.*\n.*worker/m);
  await terminal.waitForScreen(/asks +for \d+s: may I rm\?/);
  await terminal.waitForScreen(/^the tail$/m);
  terminal.press('j', 'n');
  await until(() => rowOf(terminal, 'asker').startsWith('›'), { what: 'n selects who asks' });
  terminal.press('A');
  await terminal.waitForScreen(/^berth {2}2 sessions, nobody asks$/m);
});

it('quiets who asks for a while', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'bell', 'sleep 0.3; printf "\\a"; sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await terminal.waitForScreen(/^berth {2}1 session, 1 asks$/m);
  terminal.press('z');
  await terminal.waitForScreen(/quiet bell on local for: 30m/);
  terminal.press('C-u');
  terminal.type('soon');
  terminal.press('Enter');
  // What cannot be done is said, and stays to be typed again.
  await terminal.waitForScreen(/: soon .*no span of time/);
  terminal.press('C-u');
  terminal.type('2h');
  terminal.press('Enter');
  await terminal.waitForScreen(/^berth {2}1 session, nobody asks$/m);
  expect(rowOf(terminal, 'bell')).toMatch(/\(snoozed for [12]h\)/);
});

it('one key suspends, and lets go on; of several those that run first', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const ids = [await start(sandbox, 'one', 'sleep 1000'), await start(sandbox, 'two', 'sleep 1000')] as const;
  const statuses = async () => await Promise.all(ids.map(async (id) => await statusOf(sandbox, id)));
  const are = async (...wanted: string[]) =>
    await until(async () => (await statuses()).join() === wanted.join(), { what: `they are ${wanted}` });
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await select(terminal, 'one');
  terminal.press('p');
  await until(() => /^› =.*suspended/.test(rowOf(terminal, 'one')), { what: 'the row says suspended' });
  await terminal.waitForScreen(/one suspended/);
  await are('suspended', 'running');
  // Both are marked: what runs is suspended, what stands still stays so.
  terminal.press('Space');
  await select(terminal, 'two');
  terminal.press('Space', 'p');
  await are('suspended', 'suspended');
  await until(() => / = .*suspended/.test(rowOf(terminal, 'two')), { what: 'the row says so, too' });
  await select(terminal, 'one');
  terminal.press('p');
  await are('running', 'suspended');
  terminal.press('?');
  await terminal.waitForScreen(/^p +suspend it; again: it goes on/m);
});

it('attaches, and comes back to the same selection; also when the session ends meanwhile', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'first', 'sleep 1000');
  await start(sandbox, 'talker', 'echo hello; read word; echo "got $word"; read word');
  await start(sandbox, 'third', 'sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await select(terminal, 'talker');
  // What is typed at once after the key belongs to the session.
  terminal.press('Enter');
  await terminal.waitForScreen(/^hello$/m);
  terminal.type('a word\n');
  await terminal.waitForScreen(/^got a word$/m);
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(/back from talker/);
  expect(rowOf(terminal, 'talker')).toMatch(/^›/);
  terminal.press('a');
  await terminal.waitForScreen(/^hello$/m);
  terminal.type('end\n');
  await terminal.waitForScreen(/back from talker/);
  await until(() => /^›.*completed/.test(rowOf(terminal, 'talker')), { what: 'the end is shown, selected' });
  terminal.press('q');
  expect(await terminal.waitForExit()).toBe(0);
});

it('filters, searches and sorts', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'alpha', 'sleep 1000', ['--tag', 'team=web']);
  await start(sandbox, 'beta', 'exit 3');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await terminal.waitForScreen(/beta[\s\S]*alpha/);
  terminal.press('/');
  terminal.type('LPH');
  await terminal.waitForScreen(/search “LPH” \(1 hidden\)/);
  expect(rowOf(terminal, 'beta')).toBe('');
  terminal.press('Enter', 'c');
  await terminal.waitForScreen(/^berth {2}2 sessions, 1 asks$/m);
  terminal.press('f', 'f');
  await terminal.waitForScreen(/only running \(1 hidden\)/);
  terminal.press('f');
  await terminal.waitForScreen(/only ended \(1 hidden\)/);
  expect([rowOf(terminal, 'alpha'), rowOf(terminal, 'beta')]).toEqual(['', expect.stringMatching(/beta/)]);
  terminal.press('c', 'T');
  await terminal.waitForScreen(/tag team=web \(1 hidden\)/);
  terminal.press('Escape');
  await terminal.waitForScreen(/^berth {2}2 sessions, 1 asks$/m);
  terminal.press('S');
  await terminal.waitForScreen(/by name/);
  expect(terminal.screen()).toMatch(/alpha[\s\S]*beta/);
  terminal.press('l', 'l');
  await terminal.waitForScreen(/only remote · by name \(2 hidden\)/);
  terminal.press('?');
  await terminal.waitForScreen(/any key goes back/);
});

it('renames, and keeps what was typed when the name is taken', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'taken', 'sleep 1000');
  await start(sandbox, 'old', 'sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await select(terminal, 'old');
  terminal.press('r');
  await terminal.waitForScreen(/new name for old on local: old/);
  terminal.press('C-u');
  terminal.type('taken');
  terminal.press('Enter');
  await terminal.waitForScreen(/new name for old on local: taken .*taken/);
  terminal.press('BSpace', 'BSpace');
  terminal.type('lly');
  terminal.press('Enter');
  await terminal.waitForScreen(/now called taklly/);
  await until(() => rowOf(terminal, 'taklly').startsWith('›'), { what: 'the new name is selected' });
});

it('ends and tags all that are marked, after asking', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const ids: string[] = [];
  for (const name of ['one', 'two', 'spared']) ids.push(await start(sandbox, name, 'sleep 1000'));
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  const mark = async () => {
    for (const name of ['one', 'two']) {
      await select(terminal, name);
      terminal.press('Space');
      await until(() => rowOf(terminal, name).charAt(1) === '●', { what: `${name} is marked` });
    }
  };
  await mark();
  terminal.press('t');
  await terminal.waitForScreen(/tags .* for 2 sessions/);
  terminal.type('batch=7');
  terminal.press('Enter');
  await terminal.waitForScreen(/2 sessions tagged/);
  const { sessions } = await sandbox.json<{ sessions: unknown[] }>(['list', '--tag', 'batch=7']);
  expect(sessions).toHaveLength(2);
  await mark();
  terminal.press('x');
  await terminal.waitForScreen(/end 2 sessions \(.*\)\? y ends/);
  terminal.press('n');
  await terminal.waitForScreen(/\? keys/);
  expect(await statusOf(sandbox, ids[0] ?? '')).toBe('running');
  terminal.press('x');
  await terminal.waitForScreen(/end 2 sessions \(.*\)\? y ends/);
  terminal.press('y');
  await terminal.waitForScreen(/2 sessions ended/);
  expect(await Promise.all(ids.map((id) => statusOf(sandbox, id)))).toEqual(['killed', 'killed', 'running']);
});

it('starts a session, and says why it cannot', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await terminal.waitForScreen(/^✓ local/m);
  terminal.press('s');
  await terminal.waitForScreen(/^› prompt/m);
  terminal.type('echo from the form; sleep 1000');
  terminal.press('Down');
  await terminal.waitForScreen(/^› name/m);
  terminal.type('bad:name');
  terminal.press('Enter');
  await terminal.waitForScreen(/cannot be called that: it contains a colon/);
  terminal.press('C-u');
  terminal.type('formed');
  terminal.press('Up', 'Up');
  await terminal.waitForScreen(/^› preset +: ‹ the host's own choice ›/m);
  for (let i = 0; i < 10 && !/‹ shell ›/.test(terminal.screen()); i++) {
    const before = terminal.screen();
    terminal.press('Right');
    await until(() => terminal.screen() !== before, { what: 'another preset' });
  }
  terminal.press('Enter');
  await terminal.waitForScreen(/^›.* formed /m);
  await terminal.waitForScreen(/^from the form$/m);
});

it('shows output over the whole screen, and follows it', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'lines', 'seq 200; read x; echo last; sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await select(terminal, 'lines');
  terminal.press('o');
  await terminal.waitForScreen(/^── lines on local[\s\S]*^173\n[\s\S]*^200$/m);
  await sandbox.berth(['send', 'lines', 'x', '--enter']);
  await terminal.waitForScreen(/^last$/m);
  terminal.press('PageUp');
  await terminal.waitForScreen(/28 lines back[\s\S]*^150$/m);
  terminal.press('q');
  await terminal.waitForScreen(/^›.* lines /m);
});

it('fits 80x24 and back, and says what it needs below its least', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'wide', 'echo 日本語日本語; sleep 1000');
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 160, rows: 40 });
  await terminal.waitForScreen(/MESSAGE +── wide on local/);
  terminal.resize(80, 24);
  await terminal.waitForScreen(/^── wide on local ─+$/m);
  expect(terminal.screen().split('\n')).toHaveLength(24);
  terminal.resize(30, 8);
  await terminal.waitForScreen(/needs 40x10, this/);
  terminal.resize(160, 40);
  await terminal.waitForScreen(/MESSAGE +── wide on local/);
  expect(terminal.screen().match(/\? keys/g)).toHaveLength(1);
});

it('shows every line in its place when the terminal gets narrower and higher at once', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  for (const name of ['one', 'two', 'three']) await start(sandbox, name, `echo ${name}; sleep 1000`);
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 170, rows: 20 });
  // Before that it shows what was known of them.
  await terminal.waitForScreen(/^✓ local/m);
  for (const _ of [1, 2, 3]) {
    await terminal.waitForScreen(/MESSAGE +── \w+ on local/);
    terminal.resize(100, 26);
    await terminal.waitForScreen(/^── \w+ on local ─+$/m);
    const [heading, hosts, head, ...rows] = terminal.screen().split('\n');
    expect(heading).toMatch(/^berth {2}3 sessions/);
    expect(hosts).toMatch(/^✓ local/);
    expect(head).toMatch(/^ {4}STATE/);
    for (const name of ['one', 'two', 'three'])
      expect(rows.filter((line) => new RegExp(`^[› ] [▶·] .* ${name} `).test(line))).toHaveLength(1);
    terminal.resize(170, 20);
  }
});

it('keeps the rows of a host that is gone, dated, and takes it back by itself', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ name: 'dev' });
  await using sshd = await TestSshd.start(sandbox, { name: 'dev' });
  await sandbox.startAgent();
  configureHosts(sandbox, [{ sshd }]);
  await start(sandbox, 'far', 'sleep 1000', ['--host', 'dev']);
  await using terminal = sandbox.berthTerminal(['dash'], SIZE);
  await terminal.waitForScreen(/✓ dev/);
  await terminal.waitForScreen(/ far /);
  await agent.kill9();
  await terminal.waitForScreen(/✗ dev unreachable for \d+s/, { deadlineMs: 30_000 });
  expect(rowOf(terminal, 'far')).toMatch(/\(as of \d+s ago\)/);
  await agent.restart();
  await terminal.waitForScreen(/✓ dev/, { deadlineMs: 30_000 });
  await until(() => !/as of/.test(rowOf(terminal, 'far')), { what: 'the row is no longer dated' });
});

it.each([
  ['q', 0],
  ['C-c', 0],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('gives the terminal back after %s', async (how, code) => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const pidFile = join(sandbox.dir, 'pid');
  const inside = ['bash', '-c', `echo $$ >${pidFile}; exec "$@"`, '-', ...BERTH, 'dash'];
  const around = 'echo before; "$@"; echo "after $?"; stty -a | grep -o "[-]*icanon"; read line';
  await using terminal = sandbox.terminal(['bash', '-c', around, '-', ...inside], SIZE);
  await terminal.waitForScreen(/\? keys/);
  expect(terminal.ask('#{alternate_on}')).toBe('1');
  if (how.startsWith('SIG')) process.kill(Number(readFileSync(pidFile, 'utf8')), how as NodeJS.Signals);
  else terminal.press(how);
  await terminal.waitForScreen(new RegExp(`^before\nafter ${code}\nicanon$`));
  expect(terminal.ask('#{alternate_on}:#{cursor_flag}')).toBe('0:1');
});

it('prints a clear word where there is no terminal', async () => {
  await using sandbox = createSandbox();
  const { code, stdout, stderr } = await sandbox.berth(['dash']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^berth: dash cannot draw here: .*terminal.*\n {2}hint: .*berth list/);
  expect((await sandbox.berth(['dash', '--json'])).code).toBe(2);
});
