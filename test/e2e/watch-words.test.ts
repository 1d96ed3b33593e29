/** What `berth watch` says: the past of several hosts in one order, new names and tags, sessions nobody knows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BERTH } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { StandInNotifier } from '../support/stand-in-notifier.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const stack = new AsyncDisposableStack();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = stack.use(createSandbox());
  await sandbox.startAgent();
  await sandbox.startAgent({ name: 'lab' });
  configureHosts(sandbox, [{ sshd: stack.use(await TestSshd.start(sandbox, { name: 'lab' })) }]);
  for (const host of ['local', 'lab', 'local', 'lab'])
    await startedId(sandbox, ['start', '--json', '--host', host, '--wait', '--', 'true']);
});
afterAll(() => stack.disposeAsync());

it('tells the past of several hosts in the order of its times', async () => {
  await using watch = sandbox.spawnBerth(['watch', '--since', '1h', '--only', 'state', '--json']);
  const ends = () => watch.stdout.split('"status":"completed"').length - 1 === 4;
  await until(ends, { what: 'the ends of all sessions' });
  const seen = watch.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { host: string; at: string; replayed: boolean });
  const times = seen.filter(({ replayed }) => replayed).map(({ at }) => at);
  expect(times.length).toBeGreaterThanOrEqual(12);
  expect(times).toEqual([...times].sort());
  const turns = seen.map(({ host }) => host).filter((host, i, all) => host !== all[i - 1]);
  expect(turns).toEqual(['local', 'lab', 'local', 'lab']);
});

it('says of a new name and of tags what they are, and not the state again', async () => {
  await startedId(sandbox, [
    'start',
    '--json',
    '--host',
    'local',
    '--name',
    'before',
    '--tag',
    'old=1',
    '--',
    'sleep',
    '1000',
  ]);
  await using watch = sandbox.spawnBerth(['watch', '--since', '1h', '--only', 'state', '--host', 'local']);
  await watch.waitForText(/before {2}state {2}running\n/);
  await sandbox.berth(['session', 'before', 'after']);
  await watch.waitForText(/ after {2}state {2}renamed from before to after\n/);
  await sandbox.berth(['tag', 'after', 'team=a', 'old-']);
  await watch.waitForText(/ after {2}state {2}tagged team=a, tagged no more old\n/);
  // Also where the watch came later.
  await using later = sandbox.spawnBerth([
    'watch',
    '--only',
    'state',
    '--json',
    '--host',
    'local',
    '--cursor',
    'w',
  ]);
  const cursor = join(sandbox.stateDir, 'cursors', 'w.json');
  const begun = () => existsSync(cursor) && readFileSync(cursor, 'utf8').includes('local');
  await until(begun, { what: 'the later watch began' });
  await sandbox.berth(['session', 'after', '--clear']);
  await later.waitForText(/"changed":\{"renamed_from":"after","tagged":\[\],"untagged":\[\]\}/);
  await watch.waitForText(/state {2}named after no more\n/);
});

it('says that no session of the name is known yet, and waits', async () => {
  await using watch = sandbox.spawnBerth(['watch', '--session', 'nope', '--session', 'lab:nor']);
  await watch.waitForText(/no host that answers has a session nope yet; waiting for it\n/);
  await watch.waitForText(/host lab has not a session nor yet; waiting for it\n/);
  await startedId(sandbox, ['start', '--json', '--host', 'local', '--name', 'nope', '--', 'sleep', '1000']);
  await watch.waitForText(/ nope {2}state {2}running/);
  const known = await sandbox.berth(['watch', '--session', 'nope', '--timeout', '1s', '--json']);
  expect(known.stderr).toBe('');
  const unknown = await sandbox.berth(['watch', '--session', 'nor', '--timeout', '1s', '--json']);
  expect(unknown.stderr).toBe('{"unknown":{"host":null,"session":"nor"}}\n');
});

it('notifies though nobody reads what it prints, and though a command takes its time', async () => {
  await using own = createSandbox();
  Object.assign(own.env, { BERTH_NOTIFY_DWELL: '0', BERTH_NOTIFY_DWELL_OTHER: '0' });
  const notifier = new StandInNotifier(own);
  await own.startAgent();
  const start = (name: string, script: string) =>
    startedId(own, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
  await start('early', 'sleep 1000');
  // The command never ends: nothing is printed after the first event.
  const flags = ['watch', '--notify', '--since', '1h', '--exec', 'sleep 1000'];
  await using watch = own.spawnBerth(flags);
  await watch.waitForText(/early/);
  await start('rings', "printf '\\a'; sleep 1000");
  await notifier.waitFor(1);
  expect(notifier.shown.map(([title]) => title)).toEqual(['rings on local rang']);
  expect(watch.stdout).not.toMatch(/rings/);
  watch.kill('SIGINT');
  await watch.finished;

  // And a pipe that is full.
  const tags = (i: number) => [0, 1, 2, 3, 4].map((j) => `k${i}-${j}=${'x'.repeat(250)}`);
  await Promise.all(Array.from({ length: 12 }, (_, i) => own.berth(['tag', 'early', ...tags(i)])));
  const line = [...BERTH, 'watch', '--notify', '--since', '1h', '--cursor', 'full', '--json'].join(' ');
  const terminal = own.terminal(['bash', '-c', `${line} | sleep 1000`]);
  await start('again', "printf '\\a'; sleep 1000");
  await notifier.waitFor(2);
  terminal.press('C-c');
});

it('takes in hosts that are added while it runs, and lets go of those that are removed', async () => {
  await using own = createSandbox();
  await own.startAgent();
  await own.startAgent({ name: 'later' });
  await using sshd = await TestSshd.start(own, { name: 'later' });
  configureHosts(own, [{ sshd }]);
  const remotes = readFileSync(join(own.configDir, 'remotes.yaml'), 'utf8');
  own.writeConfig('remotes.yaml', 'remotes: []\n');
  const table = own.berthTerminal(['list', '--watch']);
  await table.waitForScreen(/^SESSION/);
  const top = own.berthTerminal(['top', '--interval', '200ms']);
  await top.waitForScreen(/^local +online/m);
  expect(top.screen()).not.toMatch(/^later/m);
  await using watch = own.spawnBerth(['watch', '--only', 'state']);
  own.writeConfig('remotes.yaml', remotes);
  const id = await startedId(own, [
    'start',
    '--json',
    '--host',
    'later',
    '--name',
    'new',
    '--',
    'sleep',
    '1000',
  ]);
  await table.waitForScreen(new RegExp(`^${id} +later +running`, 'm'));
  await top.waitForScreen(/^later +online/m);
  // Begins with what happens once the host is known.
  const renamed = async () => {
    await own.berth(['tag', id, `at=${Date.now()}`]);
    return / later new {2}state/.test(watch.stdout);
  };
  await until(renamed, { what: 'the watch tells of the new host', everyMs: 300 });
  own.writeConfig('remotes.yaml', 'remotes: [');
  own.writeConfig('remotes.yaml', 'remotes: []\n');
  await table.waitForScreen(/^SESSION[^\n]*\n*$/);
  await until(() => !/^later/m.test(top.screen()), { what: 'top shows the host no more' });
  expect(top.screen()).toMatch(/^local +online/m);
});
