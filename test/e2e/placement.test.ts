/** `berth start` without a host, on three hosts: where sessions go, and what becomes of those for which there is no room. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';

const SLEEP = ['--', 'sleep', '1000'];

let sandbox: Sandbox;
const sshds: TestSshd[] = [];

beforeAll(async () => {
  sandbox = createSandbox();
  const hosts: { sshd: TestSshd; remote: string }[] = [];
  for (const [name, slots] of [
    ['small', 2],
    ['large', 4],
    ['other', 4],
  ] as const) {
    const flags = ['--memory-capacity', `${slots * 32}M`, '--default-slot', '32M'];
    await sandbox.startAgent({ name, flags });
    const sshd = await TestSshd.start(sandbox, { name });
    sshds.push(sshd);
    const price = name === 'other' ? 2 : 1;
    hosts.push({ sshd, remote: `    region: eu\n    price: ${price}\n` });
  }
  configureHosts(sandbox, hosts);
  // Masters are made once: no test measures the making of connections.
  await sandbox.berth(['list', '--remote'], { env: { BERTH_FANOUT_TIMEOUT: '30s' }, timeoutMs: 60_000 });
}, 60_000);
afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  for (const sshd of sshds) await sshd[Symbol.asyncDispose]();
});

const env = { BERTH_FANOUT_TIMEOUT: '20s' };
const start = (...args: string[]) => sandbox.berth(['start', ...args], { env, timeoutMs: 60_000 });
const startJson = async (...args: string[]) => {
  const { code, stdout, stderr } = await start('--json', ...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return (JSON.parse(stdout) as Started).sessions;
};
interface Started {
  readonly sessions: readonly {
    readonly session_id: string;
    readonly vm_name: string;
    readonly state: string;
  }[];
}
interface Status {
  readonly cost_per_hour: number;
  readonly idle_cost_per_hour: number;
  readonly vms: readonly {
    readonly name: string;
    readonly active_sessions: number;
    readonly memory_reserved_bytes: number;
    readonly idle: boolean;
    readonly idle_since: string | null;
  }[];
}
const status = () => sandbox.json<Status>(['status'], { env, timeoutMs: 60_000 });
const held = async () => Object.fromEntries((await status()).vms.map((vm) => [vm.name, vm.active_sessions]));
const killAll = async (...ids: string[]) =>
  expect((await sandbox.berth(['kill', '--grace', '1s', ...ids], { env })).code).toBe(0);

it('packs onto few hosts or spreads over all, leaves out what drains, and says why', async () => {
  const first = await startJson('--policy', 'spread', ...SLEEP);
  const second = await startJson('--policy', 'spread', ...SLEEP);
  expect(new Set([...first, ...second].map(({ vm_name }) => vm_name)).size).toBe(2);
  const [used = ''] = first.map(({ vm_name }) => vm_name);
  // The laptop's own agent is not even woken.
  expect(existsSync(join(sandbox.runtimeDir, 'agent.sock'))).toBe(false);

  const packed = await startJson(...SLEEP);
  const on = [...first, ...second].map(({ vm_name }) => vm_name);
  expect(on).toContain(packed[0]?.vm_name);
  const plan = await start('--dry-run', 'x');
  expect(plan.stdout).toMatch(/^\[1\/1\] \w+: in use already, fullest with room, /);
  expect(plan.stdout).toMatch(/passed over {2}local: this machine is taken by --host alone/);
  expect((await sandbox.berth(['host', 'drain', used], { env })).code).toBe(0);
  const { placements } = await sandbox.json<{
    placements: readonly { host: string; passed_over: { host: string; reason: string }[] }[];
  }>(['start', '--dry-run', 'a', 'b'], { env });
  expect(placements.map(({ host }) => host)).not.toContain(used);
  expect(placements[0]?.passed_over).toContainEqual({ host: used, reason: 'it is draining' });
  expect(await start('--host', used, ...SLEEP)).toMatchObject({ code: 5 });
  const beside = await startJson(...SLEEP);
  expect(beside[0]?.vm_name).not.toBe(used);
  expect((await sandbox.berth(['host', 'undrain', used], { env })).code).toBe(0);

  const pool = await status();
  expect(pool.cost_per_hour).toBe(4);
  const idle = pool.vms.filter((vm) => vm.idle && vm.name !== 'local').map(({ name }) => name);
  expect(pool.idle_cost_per_hour).toBe(idle.reduce((sum, name) => sum + (name === 'other' ? 2 : 1), 0));
  await killAll(...[...first, ...second, ...packed, ...beside].map(({ session_id }) => session_id));
  const empty = await sandbox.berth(['status'], { env });
  expect(empty.stdout).toMatch(/about \$4\.00 an hour, \$4\.00 of it idle: small, large, other/);
  expect((await status()).vms.find(({ name }) => name === used)?.idle_since).not.toBeNull();
}, 120_000);

it('as many prompts as there are slots all find one', async () => {
  const prompts = ['1', '2', '3', '4', '5', '6'].map((n) => `sleep 100${n}`);
  const sessions = await startJson('--host', 'small', '--host', 'large', '--preset', 'shell', ...prompts);
  expect(await held()).toMatchObject({ small: 2, large: 4 });
  await killAll(...sessions.map(({ session_id }) => session_id));
});

it('fills what there is; the last slot is had once; none of all, or a place in line', async () => {
  const nine = Array.from({ length: 9 }, (_, i) => `sleep ${1000 + i}`);
  const many = await startJson('--preset', 'shell', ...nine);
  expect(many).toHaveLength(9);
  expect(Object.values(await held()).reduce((sum, n) => sum + n, 0)).toBe(9);
  const before = (await status()).vms.map((vm) => vm.memory_reserved_bytes);
  const both = await start('--all-or-nothing', '--preset', 'shell', 'sleep 2000', 'sleep 2001');
  expect(both.code).toBe(5);
  expect(both.stderr).toMatch(/no host can give a slot: .*: it is full: 0 B of/);
  expect((await status()).vms.map((vm) => vm.memory_reserved_bytes)).toEqual(before);

  const racing = await Promise.all([start('--json', ...SLEEP), start('--json', ...SLEEP)]);
  expect(racing.map(({ code }) => code).sort()).toEqual([0, 5]);
  const loser = racing.find(({ code }) => code === 5);
  expect(JSON.parse(loser?.stderr ?? '')).toMatchObject({ error: { code: 5, reason: 'NO_CAPACITY' } });

  const [waits] = await startJson('--queue', '--name', 'waits', '--request-id', 'mine', ...SLEEP);
  expect(waits).toMatchObject({ state: 'queued' });
  const winner = JSON.parse(racing.find(({ code }) => code === 0)?.stdout ?? '') as Started;
  const others = [...many, ...winner.sessions].map(({ session_id }) => session_id);
  await killAll(...others);
  // There is room anywhere now, and the same request goes where it went.
  const [again] = await startJson('--queue', '--name', 'waits', '--request-id', 'mine', ...SLEEP);
  expect(again).toMatchObject({ session_id: waits?.session_id, vm_name: waits?.vm_name, state: 'running' });
  await killAll(waits?.session_id ?? '');
}, 120_000);

it('passes over a host that is dead, and asks only the host that a request went to', async () => {
  const args = ['start', '--json', '--policy', 'spread', '--request-id', 'kept', ...SLEEP];
  const id = await startedId(sandbox, args, { env });
  const [dead] = (await startJson('--request-id', 'kept', '--policy', 'spread', ...SLEEP)).map(
    ({ session_id, vm_name }) => {
      expect(session_id).toBe(id);
      return vm_name;
    },
  );
  const sshd = sshds.find(({ name }) => name === dead);
  await sshd?.stop();
  const short = {
    env: { BERTH_FANOUT_TIMEOUT: '4s', BERTH_CONNECT_TIMEOUT: '4s', BERTH_CALL_TIMEOUT: '4s' },
  };
  const elsewhere = ['start', '--json', '--policy', 'spread', ...SLEEP];
  const { sessions } = JSON.parse(
    (await sandbox.berth(elsewhere, { ...short, timeoutMs: 60_000 })).stdout,
  ) as Started;
  expect(sessions[0]?.vm_name).not.toBe(dead);
  const plan = await sandbox.berth(['start', '--dry-run', 'x'], { ...short, timeoutMs: 60_000 });
  expect(plan.stdout).toMatch(new RegExp(`passed over {2}${dead}: .*${dead}`));
  // What became of the request is known there alone.
  const unknown = await sandbox.berth(args, { ...short, timeoutMs: 60_000 });
  expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 3, stdout: '' });
  await sshd?.restart();
  expect(await startedId(sandbox, args, { env, timeoutMs: 60_000 })).toBe(id);
  // Without what was kept nobody knows where it went; the host itself still does.
  rmSync(join(sandbox.stateDir, 'requests'), { recursive: true });
  const named = ['start', '--json', '--host', dead ?? '', '--policy', 'spread', '--request-id', 'kept'];
  expect(await startedId(sandbox, [...named, ...SLEEP], { env })).toBe(id);
}, 120_000);
