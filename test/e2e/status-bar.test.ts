/** The line for a status bar, and the hosts as bars. */
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const BAR = ['status', '--format', 'tmux'];
const fleetOf = (sandbox: Sandbox) => join(sandbox.dir, 'cache/berth/fleet');

function start(sandbox: Sandbox, script: string) {
  return startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
}

async function bar(sandbox: Sandbox): Promise<string> {
  const { code, stdout, stderr } = await sandbox.berth(BAR);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

it('tells who asks and what runs, from what was last heard, and renews it behind its back', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await start(sandbox, 'printf "\\e]9;which one?\\a"; sleep 1000');
  await start(sandbox, 'exit 3');
  await start(sandbox, 'sleep 1000');
  // What a start left for completion is no knowledge of the host: nothing is told, and somebody is sent to ask.
  expect(await bar(sandbox)).toBe('\n');
  await until(async () => (await bar(sandbox)) === '1? 1✗ 2▶\n', { what: 'the answer is kept' });
});

it('sends nobody while what is kept is fresh, and one alone for many bars', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await sandbox.json(['list']);
  expect(await bar(sandbox)).toBe('0▶\n');
  expect(existsSync(join(fleetOf(sandbox), 'renewed'))).toBe(false);
  // A mark that was made just now: the cache is old, and somebody is asking already.
  const file = join(fleetOf(sandbox), 'local.json');
  const before = readFileSync(file, 'utf8');
  writeFileSync(join(fleetOf(sandbox), 'renewed'), '');
  utimesSync(file, new Date(0), new Date(0));
  expect(await bar(sandbox)).toBe('0▶\n');
  expect([statSync(file).mtimeMs, readFileSync(file, 'utf8')]).toEqual([0, before]);
  utimesSync(join(fleetOf(sandbox), 'renewed'), new Date(0), new Date(0));
  await bar(sandbox);
  await until(() => statSync(file).mtimeMs > 0, { what: 'the cache is renewed' });
});

it('counts hosts that do not answer, and forgets hosts that were removed', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await start(sandbox, 'sleep 1000');
  await sandbox.json(['list']);
  const other = readFileSync(join(fleetOf(sandbox), 'local.json'), 'utf8');
  writeFileSync(join(fleetOf(sandbox), 'removed.json'), other);
  await agent.kill9();
  await sandbox.berth(['list'], { env: { BERTH_FANOUT_TIMEOUT: '1s' } });
  expect(await bar(sandbox)).toBe('1▶ 1 away\n');
});

it('says nothing but its line, whatever is broken', async () => {
  await using sandbox = createSandbox();
  sandbox.writeConfig('remotes.yaml', 'remotes: [');
  expect(await bar(sandbox)).toBe('\n');
  sandbox.writeConfig('remotes.yaml', 'remotes: []');
  mkdirSync(fleetOf(sandbox), { recursive: true });
  writeFileSync(join(fleetOf(sandbox), 'local.json'), '{"version":1');
  expect(await bar(sandbox)).toBe('\n');
});

it('top prints each host once, as JSON too, and live until q', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await start(sandbox, 'sleep 1000');
  const once = await sandbox.berth(['top', '--once']);
  expect(once).toMatchObject({ code: 0, stderr: '' });
  expect(once.stdout).toMatch(/^local +online +\[#+\.+\] 1\/16 +\[#+\.+\] 32 MiB of 512 MiB .* 1 running$/m);
  const json = await sandbox.json<{ vms: unknown[]; active_sessions: number }>(['top']);
  expect(json).toMatchObject({ active_sessions: 1, vms: [{ name: 'local', state: 'online' }] });
  await using terminal = sandbox.berthTerminal(['top', '--interval', '200ms'], { columns: 120, rows: 10 });
  await terminal.waitForScreen(/^local +online .* 1\/16 .* 1 running$/m);
  await start(sandbox, 'sleep 1000');
  await terminal.waitForScreen(/^local +online .* 2\/16 .* 2 running$/m);
  await sandbox.berth(['host', 'drain', 'local']);
  await terminal.waitForScreen(/^local +draining /m);
  await agent.kill9();
  await terminal.waitForScreen(/^local +unreachable /m);
  terminal.press('q');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.ask('#{alternate_on}')).toBe('0');
});
