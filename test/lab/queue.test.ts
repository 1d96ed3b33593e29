/** The line for slots on a host that its users share, through a real reboot; suspension of units of systemd. */
import { isFinal } from '@berth/shared/domain/session-state';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSharedHost, type SharedHost } from '../support/lab/shared-host.ts';
import { sessionCalls } from '../support/session-calls.ts';
import { until } from '../support/until.ts';

let host: SharedHost;

beforeAll(async () => {
  const settings = { BERTHD_MEMORY_CAPACITY: '200M', BERTHD_SLOTS: '2' };
  host = await openSharedHost({ users: ['ann'], settings });
});
afterAll(() => host?.[Symbol.asyncDispose]());

async function callsOf(user: string) {
  const { socket } = await host.sandbox.json<{ socket: string }>(['tunnel', user]);
  return sessionCalls(socket);
}

const SLEEPS = ['sleep', '1000'];

test('a slot that another user gave back goes to who waits, and never to two', async () => {
  using dev = await callsOf('dev');
  using ann = await callsOf('ann');
  const hers = await ann.start({ requestId: 'ann-1', argv: SLEEPS });
  const his = await dev.start({ requestId: 'dev-1', argv: SLEEPS });
  const first = await dev.start({ requestId: 'dev-2', argv: SLEEPS, queue: true });
  const second = await dev.start({ requestId: 'dev-3', argv: SLEEPS, queue: true });
  expect([first, second].map(({ queuePlace }) => queuePlace)).toEqual([1, 2]);
  const stateOf = async (id: string) => (await dev.list()).find((session) => session.id === id)?.state;

  await ann.kill({ requestId: 'ann-kill', session: hers.id });
  await until(async () => (await stateOf(first.id)) === 'running', {
    what: 'it has the slot of the other user',
  });
  expect(await stateOf(second.id)).toBe('queued');
  await expect(ann.start({ requestId: 'ann-2', argv: SLEEPS })).rejects.toMatchObject({
    reason: 'SLOT_EXHAUSTED',
  });
  for (const { id } of [second, his, first]) await dev.kill({ requestId: `kill-${id}`, session: id });
  expect((await dev.list()).every(({ state }) => isFinal(state))).toBe(true);
});

test('all processes of a unit stand still but those that serve its terminal', async () => {
  using dev = await callsOf('dev');
  const argv = ['bash', '-c', 'setsid sleep 1000 & while :; do date +%N; sleep 0.05; done'];
  const { id } = await dev.start({ requestId: 'still', argv });
  const printed = async () => (await dev.list()).find((session) => session.id === id)?.transcriptEnd ?? 0;
  await until(async () => (await printed()) > 0, { what: 'it prints' });
  expect(await dev.suspend({ requestId: 'suspend', session: id })).toMatchObject({ state: 'suspended' });
  const { stdout } = await host.vm.script(
    `for pid in $(cat /sys/fs/cgroup/*/berth.slice/berth-${id}.service/cgroup.procs /sys/fs/cgroup/berth.slice/berth-${id}.service/cgroup.procs 2>/dev/null | sort -u); do ps -o stat=,args= -p $pid; done`,
  );
  const lines = stdout.trim().split('\n');
  const moving = lines.filter((line) => !line.startsWith('T'));
  // Bash and its `sleep 1000`; between two commands of its loop it has no other child.
  expect(lines.filter((line) => line.startsWith('T')).length).toBeGreaterThanOrEqual(2);
  for (const line of moving) expect(line).toMatch(/tmux|session-run|sink|cat/);
  const at = await printed();
  expect(await dev.resume({ requestId: 'resume', session: id })).toMatchObject({ state: 'running' });
  await until(async () => (await printed()) > at, { what: 'it goes on' });
  await dev.kill({ requestId: 'still-kill', session: id });
});

test('who waits goes on waiting after a reboot, but for who had variables', async () => {
  // A container has its boot id from a mount that this protection covers with the machine's own.
  await host.vm.script(`mkdir -p /etc/systemd/system/berthd@.service.d
    printf '[Service]\\nProtectKernelTunables=no\\n' >/etc/systemd/system/berthd@.service.d/lab.conf
    systemctl daemon-reload
    systemctl restart berthd@dev`);
  let before: { plain: string; secret: string };
  {
    using dev = await callsOf('dev');
    for (const i of [1, 2]) await dev.start({ requestId: `holds-${i}`, argv: SLEEPS });
    const says = { argv: ['bash', '-c', 'echo ran here'], queue: true };
    const secret = await dev.start({ ...says, requestId: 'secret', env: { TOKEN: 'hidden' } });
    const plain = await dev.start({ ...says, requestId: 'plain' });
    before = { plain: plain.id, secret: secret.id };
  }
  await host.vm.reboot();
  using dev = await callsOf('dev');
  const find = async (id: string) => (await dev.list()).find((session) => session.id === id);
  await until(async () => (await find(before.plain))?.state === 'completed', {
    what: 'it ran after the reboot',
  });
  expect(await find(before.secret)).toMatchObject({ state: 'failed', failureReason: 'start' });
  expect((await find(before.secret))?.detail).toMatch(/booted anew .* \(TOKEN\)/);
  expect((await host.sandbox.berth(['output', before.plain])).stdout).toBe('ran here\n');
}, 240_000);
