/** Editors on a host that users share: each in a unit that its user alone commands, within that user's slot. */

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { editorCalls, editorPage, listPorts } from '../support/editor-calls.ts';
import { type LedgerCalls, ledgerCalls } from '../support/lab/ledger-calls.ts';
import { openSharedHost, type SharedHost } from '../support/lab/shared-host.ts';
import { makeStandInEditor } from '../support/stand-in-editor.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;
const SLOT = 640 * MIB;
const SHARE = 256 * MIB;
const MEMORY = ['--memory', '640M'];

let host: SharedHost;

beforeAll(async () => {
  const settings = { BERTHD_MEMORY_CAPACITY: '4G' };
  host = await openSharedHost({ users: ['ann', 'ben'], settings });
  const from = makeStandInEditor(join(host.sandbox.dir, 'made'));
  const { code, stderr } = await host.sandbox.berth(['host', 'code', 'install', 'ann', '--from', from]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
});
afterAll(() => host?.[Symbol.asyncDispose]());

afterEach(async () => {
  await berth('kill', '--all', '--status', 'running', '--yes', '--grace', '0s');
  await until(async () => (await held()) === 0, { what: 'all slots are free', deadlineMs: 30_000 });
});

const berth = (...args: readonly string[]) => host.sandbox.berth(args);
const start = (user: string, ...argv: readonly string[]) =>
  startedId(host.sandbox, ['start', '--json', '--host', user, ...MEMORY, '--', ...argv]);
const socketOf = async (user: string) =>
  (await host.sandbox.json<{ socket: string }>(['tunnel', user])).socket;
const editors = async (user: string) => editorCalls(await socketOf(user));
const open = async (id: string) => (await editors('ann')).open({ session: id, memoryBytes: BigInt(SHARE) });
const stateOf = async (id: string) => (await (await editors('ann')).get(id)).state;

/** Bytes of all slots, as the ledger tells it. */
async function held(): Promise<number> {
  const argv = ['status', '--host', 'dev'];
  const { vms } = await host.sandbox.json<{ vms: { memory_reserved_bytes: number }[] }>(argv);
  return vms[0]?.memory_reserved_bytes ?? -1;
}

const sessionUnit = (id: string) => `berth-${id}.service`;
const editorUnit = (id: string) => `berth-${id}-editor.service`;
const show = async (unit: string, property: string) =>
  (await host.vm.script(`systemctl show --value --property=${property} ${unit}`)).stdout.trim();
const runs = async (unit: string) => (await show(unit, 'ActiveState')) === 'active';

/** What the kernel holds a unit to, in either layout; 0 where it does not run. */
async function limit(unit: string): Promise<number> {
  const files = `/sys/fs/cgroup/memory/berth.slice/${unit}/memory.limit_in_bytes /sys/fs/cgroup/berth.slice/${unit}/memory.max`;
  return Number((await host.vm.script(`cat ${files} 2>/dev/null || true`)).stdout.trim());
}

const limits = async (id: string) => ({
  session: await limit(sessionUnit(id)),
  editor: await limit(editorUnit(id)),
});
const SHARED = { session: SLOT - SHARE, editor: SHARE };
const ALONE = { session: SLOT, editor: 0 };

/** Of an editor that does not listen when it is asked to end, as its user asks the ledger for it. */
function stubborn(ledger: LedgerCalls, sessionId: string, memoryBytes: number | bigint): Promise<status> {
  const argv = ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done'];
  const unit = { sessionId, argv, workingDirectory: '/', memoryBytes: BigInt(memoryBytes) };
  return ledger.call('startEditorUnit', unit);
}

/** Users of all that runs in a unit. */
async function usersIn(unit: string): Promise<string[]> {
  const group = await show(unit, 'ControlGroup');
  const tree = `$(ls -d /sys/fs/cgroup/systemd${group} 2>/dev/null || echo /sys/fs/cgroup${group})`;
  const { stdout } = await host.vm.script(`xargs ps -o user= -p <${tree}/cgroup.procs | sort -u`);
  return stdout.trim().split(/\s+/);
}

async function pidOf(unit: string): Promise<string> {
  return await show(unit, 'MainPID');
}

async function kill9(unit: string): Promise<void> {
  const before = await pidOf(unit);
  await host.vm.script(`kill -KILL ${before}`);
  const restarted = async () => !['0', before].includes(await pidOf(unit));
  await until(restarted, { what: `${unit} is restarted` });
}

test('an editor runs as its user beside the session, and has a part of its slot until it is stopped', async () => {
  const id = await start('ann', 'sleep', 'infinity');
  expect(await limits(id)).toEqual(ALONE);
  expect(await open(id)).toMatchObject({ state: 'ready', version: '2.3.4' });
  const socket = await socketOf('ann');
  expect((await editorPage(socket, id, '/')).body).toBe('ok');
  const unit = editorUnit(id);
  const properties = ['User', 'BindsTo', 'Slice', 'MemoryMax', 'MemorySwapMax', 'Environment'];
  const seen = await Promise.all(properties.map(async (name) => [name, await show(unit, name)]));
  expect(Object.fromEntries(seen)).toEqual({
    User: 'ann',
    BindsTo: sessionUnit(id),
    Slice: 'berth.slice',
    MemoryMax: String(SHARE),
    MemorySwapMax: '0',
    // The words of the session are in no unit.
    Environment: `BERTH_SESSION_ID=${id}`,
  });
  expect((await show(unit, 'After')).split(' ')).toContain(sessionUnit(id));
  expect(await usersIn(unit)).toEqual(['ann']);
  expect(await limits(id)).toEqual(SHARED);
  const { memoryBytes } = await (await editors('ann')).get(id);
  expect(memoryBytes).toBeGreaterThan(0);
  expect(memoryBytes).toBeLessThan(SHARE);
  const run = '/run/berth/users/ann/e';
  expect((await host.vm.script(`stat -c '%U %a' ${run}/${id} ${run}/${id}/s`)).stdout).toBe(
    'ann 700\nann 600\n',
  );

  await kill9('berthd@ann');
  const ready = async () => (await stateOf(id).catch(() => '')) === 'ready';
  await until(ready, { what: 'the next agent finds it', deadlineMs: 30_000 });
  expect((await editorPage(socket, id, '/')).body).toBe('ok');

  const stands = async () => (await host.vm.script(`ps -o stat= -p ${await pidOf(unit)}`)).stdout[0];
  expect((await berth('suspend', `ann:${id}`)).code).toBe(0);
  expect(await stands()).toBe('T');
  expect((await berth('resume', `ann:${id}`)).code).toBe(0);
  expect(await stands()).toBe('S');

  expect((await berth('code', `ann:${id}`, '--stop')).code).toBe(0);
  expect(await runs(unit)).toBe(false);
  expect(await limits(id)).toEqual(ALONE);
});

test('an editor that idles, or ends by itself, gives its part of the slot back', async () => {
  const id = await start('ann', 'sleep', 'infinity');
  const idleTimeout = { seconds: 0n, nanos: 50_000_000 };
  await (await editors('ann')).open({ session: id, memoryBytes: BigInt(SHARE), idleTimeout });
  const alone = async () => (await limit(sessionUnit(id))) === SLOT;
  await until(alone, { what: 'the session has its slot again' });
  expect(await runs(editorUnit(id))).toBe(false);

  await (await editors('ann')).open({ session: id, idleTimeout: { seconds: 600n, nanos: 0 } });
  await host.vm.script(`systemctl kill --signal=KILL ${editorUnit(id)}`);
  await until(async () => (await stateOf(id)) === 'stopped', { what: 'its crash is noticed' });
  await until(alone, { what: 'the session has its slot again' });
  // What failed has its name again.
  await open(id);
  expect(await limits(id)).toEqual(SHARED);
});

test('an editor ends with its session, and the slot is free then', async () => {
  const ending = await start('ann', 'bash', '-c', 'read -r');
  const killed = await start('ann', 'sleep', 'infinity');
  for (const id of [ending, killed]) await open(id);
  expect((await berth('send', `ann:${ending}`, 'x', '--enter')).code).toBe(0);
  expect((await berth('kill', `ann:${killed}`, '--grace', '0s')).code).toBe(0);
  expect(await runs(editorUnit(killed))).toBe(false);
  await until(async () => (await held()) === 0, { what: 'both slots are free', deadlineMs: 30_000 });
  for (const id of [ending, killed]) expect(await runs(editorUnit(id))).toBe(false);
});

test('a session that outgrows what its editor leaves is told how much that was', async () => {
  const id = await start('ann', 'bash', '-c', 'read -r; exec tail /dev/zero');
  await open(id);
  expect((await berth('send', `ann:${id}`, 'x', '--enter')).code).toBe(0);
  const row = () => host.sandbox.json<{ status: string; detail: string }>(['show', `ann:${id}`]);
  await until(async () => (await row()).status === 'failed', { what: 'it is killed', deadlineMs: 30_000 });
  expect((await row()).detail).toBe(
    'out of memory: peak 384 MiB of 384 MiB (its editor had 256 MiB of the slot of 640 MiB)',
  );
});

test('nobody starts, stops or ends an editor of another', async () => {
  const id = await start('ann', 'sleep', 'infinity');
  await using ben = await ledgerCalls(host, 'ben');
  const unit = { sessionId: id, argv: ['/bin/sleep', '1000'], workingDirectory: '/' };
  const edit = () => ben.call('startEditorUnit', { ...unit, memoryBytes: BigInt(SHARE) });
  expect(await edit()).toBe(status.RESOURCE_EXHAUSTED);
  expect(await limits(id)).toEqual(ALONE);
  await open(id);
  expect(await edit()).toBe(status.RESOURCE_EXHAUSTED);
  expect(await ben.call('stopEditorUnit', { sessionId: id })).toBe(status.PERMISSION_DENIED);
  expect(await ben.call('endUnit', { sessionId: id })).toBe(status.PERMISSION_DENIED);
  const asBen = (script: string) => host.vm.script(script, { user: 'ben', check: false });
  expect((await asBen(`systemctl stop ${editorUnit(id)}`)).code).not.toBe(0);
  expect((await asBen(`kill ${await pidOf(editorUnit(id))}`)).stderr).toMatch('not permitted');
  expect((await asBen(`ls /run/berth/users/ann/e/${id}`)).stderr).toMatch('Permission denied');
  expect(await limits(id)).toEqual(SHARED);
  expect((await editorPage(await socketOf('ann'), id, '/')).body).toBe('ok');
});

test('the kernel holds a session and its editor to the slot, whatever their user asks of the ledger', async () => {
  // It holds 320 MiB of its slot.
  const hold = `vec($x, ${320 * MIB - 1}, 8) = 1; print "held\\n"; sleep 1000`;
  const id = await start('ann', 'perl', '-e', `$| = 1; ${hold}`);
  await until(async () => (await berth('output', `ann:${id}`)).stdout.includes('held'), { what: 'it holds' });
  await using ann = await ledgerCalls(host, 'ann');
  const edit = (memoryBytes: number | bigint) => stubborn(ann, id, memoryBytes);
  for (const bytes of [SLOT, SLOT + 1, 100 * SLOT, 2n ** 64n - 1n]) {
    expect(await edit(bytes)).toBe(status.RESOURCE_EXHAUSTED);
  }
  expect(await edit(0)).toBe(status.INVALID_ARGUMENT);
  expect(await limits(id)).toEqual(ALONE);
  // More than the session leaves: the kernel takes it away from the session, or there is no editor.
  await edit(400 * MIB);
  const after = await limits(id);
  expect(after.session + after.editor).toBeLessThanOrEqual(SLOT);
  await ann.call('stopEditorUnit', { sessionId: id });
});

test('an editor is beside a session that runs, or counts to the slot until it is gone', async () => {
  await using ann = await ledgerCalls(host, 'ann');
  const sessionId = 'sess-20261121-120000-aaaaaa';
  const take = { sessionId, memoryBytes: BigInt(SLOT) };
  const unit = { sessionId, argv: ['/bin/sleep', '1000'], env: {}, workingDirectory: '/' };
  const edit = (memoryBytes: number) => stubborn(ann, sessionId, memoryBytes);
  try {
    expect(await ann.call('take', take)).toBe(status.OK);
    expect(await edit(SHARE)).toBe(status.FAILED_PRECONDITION);
    expect(await ann.call('startUnit', unit)).toBe(status.OK);
    expect(await edit(SHARE)).toBe(status.OK);
    // Asked again for both: they are as they were.
    expect(await edit(SHARE + MIB)).toBe(status.OK);
    expect(await ann.call('startUnit', unit)).toBe(status.OK);
    expect(await limits(sessionId)).toEqual(SHARED);
    await host.vm.script(`systemctl kill -s TERM ${sessionUnit(sessionId)}`);
    await until(async () => !(await runs(sessionUnit(sessionId))), { what: 'the session is gone' });
    expect(await ann.call('giveBack', { sessionId })).toBe(status.FAILED_PRECONDITION);
    // What begins in the slot has all of it, at once.
    expect(await ann.call('startUnit', unit)).toBe(status.OK);
    expect(await limits(sessionId)).toEqual(ALONE);
    const ends = ['endUnit', 'giveBack'] as const;
    await Promise.all([edit(SHARE), ...ends.map((call) => ann.call(call, { sessionId }))]);
    const { session, editor } = await limits(sessionId);
    expect(await held()).toBe(session + editor > 0 ? SLOT : 0);
  } finally {
    await ann.call('endUnit', { sessionId });
    await ann.call('giveBack', { sessionId });
  }
  expect(await limits(sessionId)).toEqual({ session: 0, editor: 0 });
});

test('ports that are opened in an editor are its session’s, and no port of another is', async () => {
  const serve = (port: number) => [
    ...['/usr/bin/perl', '-MIO::Socket::INET', '-e'],
    `$one = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1:${port}') or die; sleep 1000`,
  ];
  const [id, bens] = [await start('ann', ...serve(4001)), await start('ben', ...serve(4002))];
  await using ann = await ledgerCalls(host, 'ann');
  const unit = { sessionId: id, argv: serve(4003), workingDirectory: '/', memoryBytes: BigInt(SHARE) };
  expect(await ann.call('startEditorUnit', unit)).toBe(status.OK);
  const ports = async (user: string, session: string) =>
    (await listPorts(await socketOf(user), session)).map(({ port }) => port).sort();
  await until(async () => (await ports('ann', id)).length === 2, { what: 'both listen' });
  expect(await ports('ann', id)).toEqual([4001, 4003]);
  await until(async () => (await ports('ben', bens)).length === 1, { what: 'it listens' });
  expect(await ports('ben', bens)).toEqual([4002]);
});

test('what a user writes is no setting of a unit, also when systemd reads the units anew', async () => {
  const id = await start('ann', 'sleep', 'infinity');
  await using ann = await ledgerCalls(host, 'ann');
  const argv = ['/bin/sleep', '1000'];
  const evil =
    '[Service]\nUser=root\nMemoryMax=infinity\nExecStopPost=+/usr/bin/touch /root/owned\n[Unit]\nX=';
  const literal = [
    '/home/ann/%h',
    '/home/ann/a b',
    '/home/ann/$HOME',
    '/home/ann/"q"',
    '/home/ann/-p User=root',
  ];
  const broken = `/home/ann/x\n${evil}`;
  const directories = [...literal, '/home/ann/x', broken];
  await host.vm.run(['mkdir', '-p', ...directories], { user: 'ann', check: true });

  const edit = (over: object) =>
    ann.call('startEditorUnit', {
      ...{ sessionId: id, argv, workingDirectory: '/', memoryBytes: BigInt(SHARE), ...over },
    });
  const unit = editorUnit(id);
  const settled = async (what: string) => {
    await host.vm.script('systemctl daemon-reload');
    expect(['ann', ''], what).toContain(await show(unit, 'User'));
    if (!(await runs(unit))) return;
    const seen = await Promise.all(
      ['User', 'MemoryMax', 'BindsTo', 'ExecStopPost'].map((name) => show(unit, name)),
    );
    expect(seen, what).toEqual(['ann', String(SHARE), sessionUnit(id), '']);
    expect(await usersIn(unit), what).toEqual(['ann']);
  };
  for (const workingDirectory of literal) {
    expect(await edit({ workingDirectory }), workingDirectory).toBe(status.OK);
    const cwd = await host.vm.script(`readlink /proc/${await pidOf(unit)}/cwd`);
    expect(cwd.stdout).toBe(`${workingDirectory}\n`);
    await settled(workingDirectory);
    expect(await ann.call('stopEditorUnit', { sessionId: id })).toBe(status.OK);
  }
  for (const workingDirectory of [broken, '/\nUser=root', '/x\rUser=root', '-/', '~', 'x', '', '/\\']) {
    expect(await edit({ workingDirectory }), workingDirectory).toBe(status.INVALID_ARGUMENT);
    const session = { sessionId: id, argv, env: {}, workingDirectory };
    expect(await ann.call('startUnit', session), workingDirectory).toBe(status.INVALID_ARGUMENT);
  }
  // It gets the words as they are.
  const words = ['/usr/bin/perl', '-e', 'sleep 1000', '$HOME', '%h $$ $(x) ; \\ "', `\n${evil}`];
  expect(await edit({ argv: words })).toBe(status.OK);
  const line = `/proc/${await pidOf(unit)}/cmdline`;
  expect((await host.vm.script(`cat ${line}`)).stdout.split('\0').slice(0, -1)).toEqual(words);
  await settled('odd words');
  expect(await ann.call('stopEditorUnit', { sessionId: id })).toBe(status.OK);
  for (const odd of [
    ['--property=User=root', ...argv],
    ['-p', 'User=root', ...argv],
    ['+/bin/sleep', '1000'],
    ['!/bin/sleep', '1000'],
    ['sleep\n', '1000'],
    ['/bin/sh\0', '1000'],
  ]) {
    await edit({ argv: odd });
    await settled(JSON.stringify(odd));
    expect(await ann.call('stopEditorUnit', { sessionId: id })).toBe(status.OK);
  }
  for (const sessionId of ['', '../x', `${id}.service`, `${id}-editor`, `${id} -p User=root`, '*']) {
    expect(await edit({ sessionId })).toBe(status.RESOURCE_EXHAUSTED);
    expect(await ann.call('stopEditorUnit', { sessionId })).toBe(status.INVALID_ARGUMENT);
  }
  expect(await limits(id)).toEqual(ALONE);
  expect((await host.vm.run(['test', '-e', '/root/owned'])).code).toBe(1);
});

test('an editor of a user who may not come here any more ends, and its session has all of its slot', async () => {
  const [id, bens] = [await start('ann', 'sleep', 'infinity'), await start('ben', 'sleep', 'infinity')];
  await open(id);
  await using ben = await ledgerCalls(host, 'ben');
  const unit = { sessionId: bens, argv: ['/bin/sleep', '1000'], workingDirectory: '/' };
  expect(await ben.call('startEditorUnit', { ...unit, memoryBytes: BigInt(SHARE) })).toBe(status.OK);
  await host.vm.script('sudo -n berthd disallow ann', { user: 'dev' });
  try {
    await until(async () => !(await runs(editorUnit(id))), { what: 'it is ended', deadlineMs: 40_000 });
    // A moment later: what was the editor's is given back once nothing of it is left.
    await until(async () => isDeepStrictEqual(await limits(id), ALONE), { what: 'all of the slot' });
    expect(await limits(bens)).toEqual(SHARED);
  } finally {
    await host.vm.script('sudo -n berthd allow ann', { user: 'dev' });
  }
  expect(await stateOf(id)).toBe('stopped');
  expect((await open(id)).state).toBe('ready');
});

test('the ledger is killed while an editor runs: it goes on, and is stopped by the next one', async () => {
  const id = await start('ann', 'sleep', 'infinity');
  await open(id);
  const pid = await pidOf(editorUnit(id));
  await kill9('berth-ledger');
  expect((await editorPage(await socketOf('ann'), id, '/')).body).toBe('ok');
  expect(await pidOf(editorUnit(id))).toBe(pid);
  expect(await limits(id)).toEqual(SHARED);
  expect((await berth('code', `ann:${id}`, '--stop')).code).toBe(0);
  expect(await limits(id)).toEqual(ALONE);
  // Also where it ends in the middle of a start.
  const opening = open(id);
  await kill9('berth-ledger');
  expect((await opening).state).toBe('ready');
  expect(await limits(id)).toEqual(SHARED);
});
