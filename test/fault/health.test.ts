/** An agent that is not well says so, and what of it; nothing else suffers. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { get, HEALTH_FLAGS, health, metrics, portOf, ready } from '../support/health.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

it('names a journal that cannot be written, everywhere, and is well again after', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
  const port = portOf(agent);
  const db = new DatabaseSync(join(sandbox.stateDir, 'journal.db'));
  try {
    // The agent may be writing just now.
    db.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
    await ready(port, 'the journal fails', { status: 503, body: /^journal: .*locked\n$/ });
    expect(await get(port, '/healthz')).toMatchObject({ status: 200 });
    await until(async () => (await health(sandbox)).code === 1, { what: 'unhealthy', deadlineMs: 30_000 });
    expect((await health(sandbox)).stdout).toMatch(/^unhealthy: journal: .*locked\n$/);
    const { checks } = JSON.parse((await health(sandbox, '--json')).stdout) as { checks: unknown };
    expect(checks).toContainEqual({ name: 'journal', ok: false, detail: expect.stringMatching(/locked/) });
    expect(checks).toContainEqual({ name: 'socket', ok: true, detail: '' });
  } finally {
    db.close();
  }
  await ready(port, 'the journal works', { status: 200, body: /^ok\n$/ });
  await until(async () => (await health(sandbox)).code === 0, { what: 'healthy', deadlineMs: 30_000 });
  const failures = agent.logEntries.filter(({ msg }) => msg === 'a health check failed');
  expect(failures).toMatchObject([{ check: 'journal', detail: expect.stringMatching(/locked/) }]);
}, 90_000);

it.runIf(process.getuid?.() === 0)('is not ready on a full disk, and says which check failed', async () => {
  await using sandbox = createSandbox();
  const state = join(sandbox.dir, 'small');
  mkdirSync(state);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'tmpfs', state]);
  try {
    const agent = await sandbox.startAgent({ env: { XDG_STATE_HOME: state }, flags: HEALTH_FLAGS });
    const port = portOf(agent);
    await ready(port, 'ready', { status: 200, body: /^ok\n$/ });
    const ballast = join(state, 'ballast');
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' });
    } catch {
      // It ends when the disk is full: that is the point.
    }
    await ready(port, 'a full disk', { status: 503, body: /^journal: cannot write the journal: .*full\n$/ });
    rmSync(ballast);
    await ready(port, 'room again', { status: 200, body: /^ok\n$/ });
    await agent.stop();
  } finally {
    execFileSync('umount', ['-l', state]);
  }
});

it('names a session whose tmux hangs', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: HEALTH_FLAGS });
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const socket = join(sandbox.runtimeDir, 't', id);
  const pid = Number(execFileSync('tmux', ['-S', socket, 'display', '-p', '#{pid}'], { encoding: 'utf8' }));
  process.kill(pid, 'SIGSTOP');
  try {
    const body = new RegExp(`^tmux: the tmux server of ${id} does not answer: .*\n$`);
    await ready(portOf(agent), 'tmux hangs', { status: 503, body });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await ready(portOf(agent), 'tmux answers', { status: 200, body: /^ok\n$/ });
});

/** An agent that a stand-in for systemd hears: it wants to be fed each second. */
async function fedAgent(sandbox: Sandbox) {
  const bin = join(sandbox.dir, 'bin');
  const told = join(sandbox.dir, 'told');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\nprintf '%s\\n' "$*" >>${told}\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const PATH = `${bin}:${sandbox.env.PATH}`;
  const env = { PATH, NOTIFY_SOCKET: join(sandbox.dir, 'notify'), WATCHDOG_USEC: '2000000' };
  const agent = await sandbox.startAgent({ env, flags: HEALTH_FLAGS });
  const port = portOf(agent);
  const lines = () => (existsSync(told) ? readFileSync(told, 'utf8').split('\n') : []);
  const pings = () => lines().filter((line) => line === '-- WATCHDOG=1').length;
  const withheld = async () => (await metrics(port)).berth_watchdog_withheld_total ?? 0;
  await until(() => pings() >= 2, { what: 'two pings' });
  return { agent, port, lines, pings, withheld };
}

it("feeds systemd's watchdog while it is well, and only then", async () => {
  await using sandbox = createSandbox();
  const { port, lines, pings, withheld } = await fedAgent(sandbox);
  expect(lines()).toContain('-- STATUS=0 sessions, 0 B of 8 GiB held');
  const db = new DatabaseSync(join(sandbox.stateDir, 'journal.db'));
  try {
    // The agent may be writing just now.
    db.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
    await until(async () => (await withheld()) >= 1, { what: 'a ping is withheld' });
    const before = pings();
    await until(async () => (await withheld()) >= 4, { what: 'and more of them' });
    expect(pings()).toBe(before);
    db.exec('ROLLBACK');
    await until(() => pings() > before, { what: 'pings again' });
  } finally {
    db.close();
  }
  // A ping is counted once whoever tells systemd of it has ended.
  const counted = async () => (await metrics(port)).berth_watchdog_pings_total ?? 0;
  await until(async () => (await counted()) >= 3, { what: 'the pings are counted' });
});

it('is not well on a host that holds it up, and feeds the watchdog all the same', async () => {
  await using sandbox = createSandbox();
  const { agent, port, pings, withheld } = await fedAgent(sandbox);
  const heldUp = async () => {
    process.kill(agent.pid, 'SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, 1500));
    } finally {
      process.kill(agent.pid, 'SIGCONT');
    }
    return (await get(port, '/readyz')).body.startsWith('event-loop: the event loop runs ');
  };
  await until(heldUp, { what: 'the agent is held up', deadlineMs: 30_000 });
  const before = pings();
  await until(() => pings() >= before + 3, { what: 'it is fed' });
  expect(await withheld()).toBe(0);
  expect((await get(port, '/readyz')).status).toBe(503);
});
