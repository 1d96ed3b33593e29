/** Several people share one host: each an agent of their own, one ledger, and nobody sees what is another's. */
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ledgerCalls } from '../support/lab/ledger-calls.ts';
import { openSharedHost, type SharedHost } from '../support/lab/shared-host.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const SLOT = 100 * 2 ** 20;
const SLOTS = 8;

let host: SharedHost;

beforeAll(async () => {
  const settings = { BERTHD_MEMORY_CAPACITY: '800M', BERTHD_SLOTS: String(SLOTS) };
  host = await openSharedHost({ users: ['ann', 'ben'], settings });
});
afterAll(() => host?.[Symbol.asyncDispose]());

afterEach(async () => {
  const { code, stderr } = await berth('kill', '--all', '--status', 'running', '--yes', '--grace', '1s');
  expect(code, stderr).toBe(0);
  await allFree('dev');
});

const start = (user: string, ...argv: readonly string[]) =>
  startedId(host.sandbox, ['start', '--json', '--host', user, '--', ...argv]);
const berth = (...args: readonly string[]) => host.sandbox.berth(args);
const as = (user: string, script: string) => host.vm.script(script, { user, check: false });

/** What nobody else may do with a socket: connect to it. */
const CONNECT = `use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die; connect(S, sockaddr_un($ARGV[0])) or die "$!\\n"`;
const connectAs = (user: string, socket: string) => host.vm.run(['perl', '-e', CONNECT, socket], { user });

interface Shared {
  readonly held: number;
  readonly others: number;
}

/** Bytes of all slots and of those of others, as the host tells a user. */
async function ledgerOf(user: string): Promise<Shared> {
  const text = (await berth('host', 'show', user)).stdout;
  const { vms } = await host.sandbox.json<{ vms: { memory_reserved_bytes: number }[] }>([
    'status',
    '--host',
    user,
  ]);
  const others = /\((\d+) MiB by other users\)/.exec(text)?.[1] ?? '0';
  return { held: vms[0]?.memory_reserved_bytes ?? -1, others: Number(others) * 2 ** 20 };
}

const allFree = (user: string) =>
  until(async () => (await ledgerOf(user)).held === 0, { what: 'all slots are free', deadlineMs: 30_000 });

test('sessions run as their user, with the home directory, files and rights of that user', async () => {
  for (const user of ['ann', 'ben']) {
    const argv = ['start', '--host', user, '--json', '--', 'bash', '-c'];
    const id = await startedId(host.sandbox, [
      ...argv,
      'id -un; id -Gn; echo $HOME; umask; touch made; read -r',
    ]);
    const said = async () => (await berth('output', `${user}:${id}`)).stdout;
    await until(async () => (await said()).includes('0'), { what: 'it has spoken' });
    expect((await said()).split('\n').slice(0, 3)).toEqual([user, user, `/home/${user}`]);
    const workspace = `/home/${user}/.local/state/berth/sessions/${id}/workspace`;
    const seen = await host.vm.script(`stat -c %U:%a ${workspace}/made; systemctl show -P User berth-${id}`);
    expect(seen.stdout).toBe(`${user}:600\n${user}\n`);
    expect((await berth('kill', `${user}:${id}`, '--grace', '1s')).code).toBe(0);
  }
});

test('a user who is not allowed is told what an administrator has to run, and then needs no sudo', async () => {
  const { vm } = host;
  await vm.addUser('cat');
  const add = () => berth('host', 'add', 'cat', 'cat@vm1', '--system');
  const refused = await add();
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('sudo berthd allow cat');
  await vm.script('sudo -n berthd allow cat', { user: 'dev' });
  expect(await add()).toMatchObject({ code: 0 });
  expect((await berth('start', '--host', 'cat', '--wait', '--', 'true')).code).toBe(0);

  const running = await start('cat', 'sleep', 'infinity');
  await vm.script('sudo -n berthd disallow cat', { user: 'dev' });
  expect((await berth('start', '--host', 'cat', '--', 'true')).code).toBe(3);
  for (const socket of ['/run/berth/users/cat/agent.sock', '/run/berth/ledger/cat/ledger.sock']) {
    expect((await connectAs('cat', socket)).stderr, socket).toMatch('No such file or directory');
  }
  expect((await berth('host', 'add', 'cat', 'cat@vm1', '--system')).stderr).toContain(
    'sudo berthd allow cat',
  );
  // What runs goes on in its slot; the slot is free once it ends.
  expect(await ledgerOf('ann')).toEqual({ held: SLOT, others: SLOT });
  await vm.script(`systemctl kill --signal=SIGKILL berth-${running}`);
  await allFree('ann');
}, 240_000);

test('two users race for the slots: all are granted, and no more', async () => {
  const race = await Promise.all(
    Array.from({ length: 2 * 20 }, (_, i) =>
      host.sandbox.berth(['start', '--host', i % 2 ? 'ann' : 'ben', '--json', '--', 'sleep', 'infinity'], {
        timeoutMs: 120_000,
        env: { BERTH_CALL_TIMEOUT: '60s' },
      }),
    ),
  );
  const codes = race.map(({ code }) => code);
  expect(codes.filter((code) => code === 0)).toHaveLength(SLOTS);
  expect(codes.filter((code) => code === 5)).toHaveLength(40 - SLOTS);
  const [ann, ben] = [await ledgerOf('ann'), await ledgerOf('ben')];
  expect(ann.held).toBe(SLOTS * SLOT);
  expect(ben.held).toBe(SLOTS * SLOT);
  expect(ann.others + ben.others).toBe(SLOTS * SLOT);

  const ids = race
    .filter(({ code }) => code === 0)
    .map(({ stdout }) => /sess-[\w-]+/.exec(stdout)?.[0] ?? '');
  expect(new Set(ids).size).toBe(SLOTS);
  // What one gives up the other can have.
  const giver = race.findIndex(({ code }) => code === 0) % 2 ? 'ann' : 'ben';
  const taker = giver === 'ann' ? 'ben' : 'ann';
  expect((await berth('start', '--host', taker, '--', 'sleep', 'infinity')).code).toBe(5);
  expect((await berth('kill', `${giver}:${ids[0]}`, '--grace', '1s')).code).toBe(0);
  await until(async () => (await ledgerOf(taker)).held < SLOTS * SLOT, { what: 'the slot came back' });
  await start(taker, 'sleep', 'infinity');
}, 240_000);

test('the host is not taken away from under others, by whoever may', async () => {
  const id = await start('ben', 'sleep', 'infinity');
  for (const flags of [[], ['--purge']]) {
    const { code, stderr } = await berth('host', 'remove', 'dev', '--yes', ...flags);
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringMatching(/other users .* 1 slot\n/) });
  }
  expect((await berth('show', `ben:${id}`)).stdout).toMatch(/^status +running$/m);
});

test('nobody sees, reads, types into or ends what is another’s', async () => {
  const id = await start('ann', 'bash', '-c', 'echo private; read -r');
  const ids = (await berth('list', '--host', 'ben', '--all', '--format', 'ids')).stdout;
  expect(ids).not.toContain(id);
  for (const [verb, ...flags] of [['show'], ['output'], ['kill'], ['send', 'x']]) {
    const { code, stdout, stderr } = await berth(verb ?? '', `ben:${id}`, ...flags, '--json');
    expect({ verb, code }).toEqual({ verb, code: 4 });
    expect(stdout).not.toContain(id);
    expect(stderr).toContain('SESSION_NOT_FOUND');
  }
  const terminal = host.sandbox.berthTerminal(['attach', `ben:${id}`]);
  expect(await terminal.waitForExit()).toBe(4);

  const state = '/home/ann/.local/state/berth';
  const run = '/run/berth/users/ann';
  for (const socket of [`${run}/agent.sock`, `${run}/t/${id}`, '/run/berth/ledger/ann/ledger.sock']) {
    expect((await connectAs('ben', socket)).stderr, socket).toBe('Permission denied\n');
    expect((await connectAs('ann', socket)).code, socket).toBe(0);
  }
  const own = `${state}/sessions/${id}`;
  for (const file of [`${own}/transcript`, `${own}/workspace`, `${state}/journal.db`, `${run}/env`, run]) {
    expect((await as('ben', `ls -a ${file} && cat ${file}`)).code, file).not.toBe(0);
    expect((await as('ann', `ls -a ${file}`)).code, file).toBe(0);
  }
  const tmux = await as('ben', `tmux -S ${run}/t/${id} capture-pane -p`);
  expect(tmux.code).not.toBe(0);
  expect((await as('ben', `kill $(systemctl show -P MainPID berth-${id})`)).stderr).toMatch('not permitted');
  expect((await as('ben', `systemctl kill berth-${id}`)).code).not.toBe(0);

  const modes =
    await host.vm.script(`stat -c '%n %U %G %a' /run/berth /run/berth/users ${run} ${run}/agent.sock \\
    ${run}/env ${run}/t /run/berth/ledger /run/berth/ledger/ann /run/berth/ledger/ann/ledger.sock \\
    /var/lib/berth/ledger.db ${state} ${own}/transcript`);
  expect(modes.stdout.trim().split('\n')).toEqual([
    '/run/berth root root 755',
    '/run/berth/users root root 755',
    `${run} ann root 700`,
    `${run}/agent.sock ann ann 600`,
    `${run}/env ann ann 700`,
    `${run}/t ann ann 700`,
    '/run/berth/ledger root root 755',
    '/run/berth/ledger/ann root ann 710',
    '/run/berth/ledger/ann/ledger.sock ann ann 600',
    '/var/lib/berth/ledger.db root root 600',
    `${state} ann ann 700`,
    `${own}/transcript ann ann 600`,
  ]);
});

test('the ledger gives nobody what is another’s, nor more than there is, whatever they send', async () => {
  const bens = await start('ben', 'sleep', 'infinity');
  const own = 'sess-20261121-120000-aaaaaa';
  await using ledger = await ledgerCalls(host, 'ann');
  const unit = { sessionId: own, argv: ['/usr/bin/id'], env: {}, workingDirectory: '/' };
  const { call } = ledger;
  // Another's slot and unit.
  expect(await call('take', { sessionId: bens, memoryBytes: BigInt(SLOT) })).toBe(status.PERMISSION_DENIED);
  expect(await call('giveBack', { sessionId: bens })).toBe(status.OK);
  expect(await call('sync', { sessionIds: [] })).toBe(status.OK);
  expect(await call('endUnit', { sessionId: bens })).toBe(status.PERMISSION_DENIED);
  expect(await call('startUnit', { ...unit, sessionId: bens })).toBe(status.RESOURCE_EXHAUSTED);
  expect(await ledgerOf('ben')).toEqual({ held: SLOT, others: 0 });
  expect((await berth('show', `ben:${bens}`)).stdout).toMatch(/^status +running/m);
  // More than there is, nothing, and what is no session.
  const rest = BigInt((SLOTS - 1) * SLOT);
  expect(await call('take', { sessionId: own, memoryBytes: rest + 1n })).toBe(status.RESOURCE_EXHAUSTED);
  expect(await call('take', { sessionId: own, memoryBytes: 0n })).toBe(status.INVALID_ARGUMENT);
  expect(await call('take', { sessionId: own, memoryBytes: 2n ** 64n - 1n })).not.toBe(status.OK);
  expect(await call('take', { sessionId: '../x', memoryBytes: 1n })).toBe(status.INVALID_ARGUMENT);
  expect(await call('startUnit', unit)).toBe(status.RESOURCE_EXHAUSTED);
  expect(await call('take', { sessionId: own, memoryBytes: rest })).toBe(status.OK);
  // A unit is the caller's, whatever is written into its settings.
  for (const trick of [
    { workingDirectory: '/\nUser=root' },
    { env: { A: 'b\nUser=ben' } },
    { argv: ['/usr/bin/id', '--property=User=root'] },
    { argv: ['/bin/sh', '-c', 'exec /bin/sleep 1000', '\n[Service]\nExecStopPost=+/usr/bin/id\n[Unit]\nX='] },
    { env: { '': '', 'X\n[Service]\nUser': 'root' } },
  ]) {
    await call('startUnit', { ...unit, argv: ['/bin/sleep', '1000'], ...trick });
    // Also as systemd reads what it wrote down of it.
    const shown = await host.vm.script(`systemctl daemon-reload; systemctl show -P User berth-${own}`);
    expect(['ann\n', '\n'], JSON.stringify(trick)).toContain(shown.stdout);
    const after = await host.vm.script(`systemctl show -P ExecStopPost berth-${own}`);
    expect(after.stdout.trim(), JSON.stringify(trick)).toBe('');
    expect((await host.vm.script('pgrep -u root,ben -f "^/bin/sleep 1000" || true')).stdout).toBe('');
    await call('endUnit', { sessionId: own });
  }
  // A slot stays held while something runs in it, also where both are asked for at once.
  await Promise.all([
    call('startUnit', { ...unit, argv: ['/bin/sleep', '1000'] }),
    call('giveBack', { sessionId: own }),
  ]);
  const alive = (await host.vm.script(`systemctl is-active berth-${own} || true`)).stdout.trim() === 'active';
  // Ann's own agent knows nothing of it.
  expect((await ledgerOf('ben')).held).toBe(alive ? SLOTS * SLOT : SLOT);
  await call('endUnit', { sessionId: own });
  await call('giveBack', { sessionId: own });
});
