/** A person's terminal on a session: attach, detach, watch, choose, and a terminal that is left as it was. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BERTH } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const quote = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

/** A shell in a terminal, in which `berth ARGS` runs between two looks at the terminal's settings. */
function framed(sandbox: Sandbox, args: readonly string[]) {
  const berth = quote([...BERTH, ...args]);
  const script = `stty -a >${sandbox.dir}/before; ${berth}; echo "left with $?"; stty -a >${sandbox.dir}/after; cat`;
  return sandbox.terminal(['bash', '-c', script]);
}

/** Process number of a client in the sandbox by a word of its command line. */
function clientPid(sandbox: Sandbox, word: string): number {
  const listed = execFileSync('ps', ['-ewwo', 'pid=,args='], { encoding: 'utf8' });
  const own = listed.split('\n').filter((line) => line.includes(BERTH.at(-1) ?? '') && line.includes(word));
  const line = own.find((each) => !each.includes('bash'));
  if (!line) throw new Error(`no client of ${sandbox.dir} with ${word}`);
  return Number(line.trim().split(' ')[0]);
}

async function restored(sandbox: Sandbox): Promise<void> {
  // Its size is the window's own affair.
  const read = (name: string) =>
    readFileSync(join(sandbox.dir, name), 'utf8').replace(/rows.*columns \d+/, '');
  await until(() => read('after') !== '', { what: 'the settings after were written' });
  expect(read('after')).toBe(read('before'));
}

it('detaches by its keys, leaves the session running and the terminal as it was', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const id = await startedId(sandbox, [
    'start',
    '--json',
    '--name',
    'work',
    '--',
    'bash',
    '-c',
    'echo ready; cat',
  ]);
  const terminal = framed(sandbox, ['attach', 'work']);
  await terminal.waitForScreen(/ready/);
  terminal.type('typed');
  await terminal.waitForScreen(/typed/);
  terminal.press('C-b', 'd');
  await terminal.waitForScreen(/detached; session work goes on[\s\S]*left with 0/);
  await restored(sandbox);
  expect(terminal.ask('#{alternate_on}:#{cursor_flag}')).toBe('0:1');
  expect((await sandbox.json<{ status: string }>(['show', id])).status).toBe('running');
});

it('takes other detach keys, and passes the usual ones on', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'bash', '-c', 'echo ready; cat -v']);
  const terminal = framed(sandbox, ['attach', 'work', '--detach-keys', 'ctrl-p,ctrl-q']);
  await terminal.waitForScreen(/ready/);
  terminal.press('C-p', 'x', 'Enter');
  await terminal.waitForScreen(/\^Px/);
  terminal.press('C-p', 'C-q');
  await terminal.waitForScreen(/left with 0/);
});

it.each(['SIGTERM', 'SIGHUP'] as const)('is left as it was when the client gets %s', async (signal) => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const name = `work-${signal.toLowerCase()}`;
  await startedId(sandbox, [
    'start',
    '--json',
    '--name',
    name,
    '--',
    'bash',
    '-c',
    'printf "\\033[?1049h\\033[?25lin it"; cat',
  ]);
  const terminal = framed(sandbox, ['attach', name]);
  await terminal.waitForScreen(/in it/);
  process.kill(clientPid(sandbox, name), signal);
  await terminal.waitForScreen(/left with \d+/);
  await restored(sandbox);
  expect(terminal.ask('#{alternate_on}:#{cursor_flag}')).toBe('0:1');
});

it('tells the end of a session, and follows the size of the window', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const script = 'until read -r -t 0.1 line; do stty size; done; exit 3';
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'bash', '-c', script]);
  const terminal = framed(sandbox, ['attach', 'work']);
  await terminal.waitForScreen(/24 80/);
  terminal.resize(100, 30);
  await terminal.waitForScreen(/30 100/);
  terminal.press('Enter');
  await terminal.waitForScreen(/session work failed.*exit 3[\s\S]*left with \d+/);
  await restored(sandbox);
});

it('watches without typing', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'bash', '-c', 'echo ready; cat']);
  const watcher = framed(sandbox, ['attach', 'work', '--read-only']);
  await watcher.waitForScreen(/ready/);
  watcher.type('never');
  watcher.press('Enter');
  expect((await sandbox.berth(['send', 'work', 'always', '--enter'])).code).toBe(0);
  await watcher.waitForScreen(/always/);
  expect(watcher.screen()).not.toMatch(/never/);
  const { sessions } = await sandbox.json<{ sessions: { attached_clients: number }[] }>(['list']);
  expect(sessions).toMatchObject([{ attached_clients: 1 }]);
});

it('detaches the others where it is asked to', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'bash', '-c', 'echo ready; cat']);
  const first = framed(sandbox, ['attach', 'work']);
  await first.waitForScreen(/ready/);
  const second = sandbox.berthTerminal(['attach', 'work', '--detach-others']);
  await second.waitForScreen(/ready/);
  await first.waitForScreen(/left with \d+/);
});

it('connect makes the session once, and comes back to it', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  for (const round of [1, 2]) {
    const terminal = framed(sandbox, ['connect', 'local:mine']);
    terminal.type(`echo round-$((${round}))`);
    terminal.press('Enter');
    await terminal.waitForScreen(new RegExp(`^round-${round}`, 'm'));
    terminal.press('C-b', 'd');
    await terminal.waitForScreen(/left with 0/);
  }
  const { sessions } = await sandbox.json<{ sessions: { name: string; status: string }[] }>(['list']);
  expect(sessions).toMatchObject([{ name: 'mine', status: 'running' }]);
});

it('offers a choice where a session is missing, on a terminal alone', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo chosen; cat']);
  expect(await sandbox.berth(['output'])).toMatchObject({ code: 2, stdout: '' });
  const terminal = sandbox.berthTerminal(['output']);
  await terminal.waitForScreen(/1 {2}sess-.*one[\s\S]*which one\?/);
  terminal.type('1');
  terminal.press('Enter');
  await terminal.waitForScreen(/=== Session: sess-[\s\S]*chosen/);
});

it('needs a terminal', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'cat']);
  expect(await sandbox.berth(['attach', 'one'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/must be a terminal\n {2}hint: .*berth output --follow/),
  });
});

it('fails at once with --no-reconnect, and says so while it reconnects without', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
  const once = framed(sandbox, ['attach', 'one', '--no-reconnect']);
  await once.waitForScreen(/ready/);
  await agent.restart();
  await once.waitForScreen(/left with 3/);
  await restored(sandbox);
});
