/** `berth ssh` and `berth disconnect`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OtherTool } from '../support/other-tool.ts';
import { createSandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

it('attaches to the default session of a host, makes it, and logs in without tmux', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ name: 'dev' });
  await using sshd = await TestSshd.start(sandbox, { name: 'dev' });
  configureHosts(sandbox, [{ sshd }]);
  const names = async () => {
    const { sessions } = await sandbox.json<{ sessions: { name: string }[] }>(['list', '--host', 'dev']);
    return sessions.map(({ name }) => name).sort();
  };
  const first = sandbox.berthTerminal(['ssh', 'dev']);
  await first.waitForScreen(/[#$] ?$/m);
  const other = sandbox.berthTerminal(['ssh', 'dev', '--tmux-session', 'other']);
  await other.waitForScreen(/[#$] ?$/m);
  expect(await names()).toEqual(['berth', 'other']);
  other.press('C-b', 'd');
  expect(await other.waitForExit()).toBe(0);

  expect(await sandbox.berth(['ssh', 'dev', '--', 'echo $((40 + 2)); exit 6'])).toMatchObject({
    code: 6,
    stdout: '42\n',
  });
  const plain = sandbox.berthTerminal(['ssh', 'dev', '--plain'], { env: { PS1: 'plain> ' } });
  await plain.waitForScreen(/[#$] ?$/m);
  plain.type('echo "<$TMUX>"; tty; exit 3');
  plain.press('Enter');
  expect(await plain.waitForExit()).toBe(3);
  expect(plain.screen()).toMatch(/^<>\s+\/dev\/pts\/\d+/m);
  expect((await sandbox.berth(['ssh', 'nowhere'])).code).toBe(4);
  expect((await sandbox.berth(['ssh', 'dev', '--plain', '--tmux-session', 'x'])).code).toBe(2);
});

it('takes all terminals off a session, those of plain tmux too, and kills nothing', async () => {
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
  const ours = sandbox.berthTerminal(['attach', 'work']);
  const theirs = sandbox.terminal(['tmux', '-S', join(sandbox.runtimeDir, 't', id), 'attach'], {
    env: { TMUX: undefined },
  });
  for (const terminal of [ours, theirs]) await terminal.waitForScreen(/ready/);
  const clients = () =>
    execFileSync('tmux', ['-S', join(sandbox.runtimeDir, 't', id), 'list-clients'], { encoding: 'utf8' });
  await until(() => clients().split('\n').length === 3, { what: 'both are attached' });
  expect(await sandbox.berth(['disconnect', 'work'])).toMatchObject({
    code: 0,
    stdout: `${id} (work) detached 2 terminals\n`,
  });
  expect(await ours.waitForExit()).toBe(0);
  await theirs.waitForExit();
  expect(await sandbox.json(['disconnect', 'work'])).toMatchObject({
    sessions: [{ session_id: id, detached: 0 }],
  });
  expect(await sandbox.json(['show', 'work'])).toMatchObject({ status: 'running' });
  expect((await sandbox.berth(['disconnect', 'nobody', 'work'])).code).toBe(4);
});

it("takes all terminals off another tool's session, those of its own tmux too, and it goes on", async () => {
  await using sandbox = createSandbox();
  const tool = new OtherTool(sandbox);
  await sandbox.startAgent();
  tool.start('dev');
  const shown = async () => (await sandbox.berth(['show', 'external:dev'])).code === 0;
  await until(shown, { what: 'it is known' });
  tool.tmux('new-session', '-d', '-s', 'other', '--', 'sleep', '1000');
  const attached = (name: string) =>
    sandbox.terminal(['env', '-u', 'TMUX', 'tmux', 'attach', '-t', `=${name}`]);
  await using ours = sandbox.berthTerminal(['attach', 'dev']);
  await using theirs = attached('dev');
  await using _ = attached('other');
  for (const terminal of [ours, theirs]) await terminal.waitForScreen(/Run Bash\?/);
  const clients = () => tool.tmux('list-clients', '-F', '#{session_name}').split('\n').sort().join();
  await until(() => clients() === 'dev,dev,other', { what: 'all are attached' });
  expect(await sandbox.berth(['disconnect', 'external:dev'])).toMatchObject({
    code: 0,
    stdout: 'external:dev detached 2 terminals\n',
  });
  expect(await ours.waitForExit()).toBe(0);
  await theirs.waitForExit();
  expect(clients()).toBe('other');
  expect(tool.screen('dev')).toMatch(/Run Bash\?/);
  expect(await sandbox.json(['disconnect', 'external:dev'])).toMatchObject({
    sessions: [{ session_id: 'external:dev', detached: 0 }],
  });
});
