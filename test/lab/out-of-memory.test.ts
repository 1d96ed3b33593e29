/** Promise 6: the kernel holds each session to its slot, and what outgrows one harms nobody else. */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { EventServiceClient } from '@berth/shared/gen/berth/v1/event';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSharedHost, type SharedHost } from '../support/lab/shared-host.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;
const LINES = 1_500;

interface Row {
  readonly status: string;
  readonly failure_reason: string | null;
  readonly detail: string;
  readonly exit_code: number | null;
  readonly enforcement: string | null;
  readonly oom_kills: number;
  readonly memory_peak_bytes: number;
  readonly memory_used_bytes: number;
  readonly cpu_percent: number;
  readonly transcript_end: number;
}

let host: SharedHost;

beforeAll(async () => {
  host = await openSharedHost({ settings: { BERTHD_MEMORY_CAPACITY: '1G', BERTHD_SLOTS: '8' } });
});
afterAll(() => host?.[Symbol.asyncDispose]());

const start = (memory: string, ...argv: readonly string[]) =>
  startedId(host.sandbox, ['start', '--json', '--host', 'dev', '--memory', memory, '--', ...argv]);
const show = (id: string) => host.sandbox.json<Row>(['show', id]);
const agentPid = async () =>
  (await host.vm.script('systemctl show --value --property=MainPID berthd@dev')).stdout.trim();

/** Prints numbered lines, about a hundred a second. */
const chatty = (word: string) =>
  `for ((i = 1; i <= ${LINES}; i++)); do echo "${word} $i"; read -r -t 0.01 || true; done`;
const said = (word: string) => Array.from({ length: LINES }, (_, i) => `${word} ${i + 1}\r\n`).join('');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What the journal holds for the operator about a session. */
async function notices(sessionId: string): Promise<{ reason: string; message: string }[]> {
  const { socket } = await host.sandbox.json<{ socket: string }>(['tunnel', 'dev']);
  const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
  const found: { reason: string; message: string }[] = [];
  try {
    for await (const { message } of client.watch({
      since: 0n,
      follow: false,
      onlyNew: false,
      sinceTime: undefined,
    })) {
      if (message?.$case !== 'event' || message.event.sessionId !== sessionId) continue;
      if (message.event.fact?.$case === 'hostNotice') found.push(message.event.fact.hostNotice);
    }
  } finally {
    client.close();
  }
  return found;
}

test('one of four outgrows its slot: it alone ends, and the others print every byte', async () => {
  const { sandbox } = host;
  const pid = await agentPid();
  const words = ['north', 'east', 'south'];
  const neighbours = await Promise.all(words.map((word) => start('100M', 'bash', '-c', chatty(word))));
  const printing = async () =>
    (await Promise.all(neighbours.map(show))).every((row) => row.transcript_end > 0);
  await until(printing, { what: 'all neighbours print' });

  const argv = ['start', '--host', 'dev', '--memory', '100M', '--name', 'hungry', '--wait'];
  const hungry = await sandbox.berth([...argv, '--', 'tail', '/dev/zero']);
  expect(hungry.code).toBe(137);
  expect(hungry.stderr).toContain('failed: out of memory: peak 100 MiB of 100 MiB');
  expect(hungry.stderr).toContain('start it again with a larger slot: --memory 200MiB');
  // It ended in the middle of what they say.
  expect((await Promise.all(neighbours.map(show))).map(({ status }) => status)).toEqual(
    words.map(() => 'running'),
  );
  const row = await show('hungry');
  expect(row).toMatchObject({ status: 'failed', failure_reason: 'oom', exit_code: 137, oom_kills: 1 });
  expect(row).toMatchObject({ detail: 'out of memory: peak 100 MiB of 100 MiB', enforcement: 'kernel' });
  expect(row.memory_peak_bytes).toBe(100 * MIB);
  expect((await sandbox.berth(['show', 'hungry'])).stdout).toMatch(/^hint +start it again.*--memory 200MiB/m);

  const ended = async () =>
    (await Promise.all(neighbours.map(show))).every(({ status }) => status !== 'running');
  await until(ended, { what: 'the neighbours ended', deadlineMs: 90_000 });
  for (const [i, id] of neighbours.entries()) {
    expect(await show(id)).toMatchObject({ status: 'completed', exit_code: 0, oom_kills: 0 });
    const { stdout } = await sandbox.berth(['output', id, '--raw', '--since-offset', '0']);
    expect(sha256(stdout), words[i]).toBe(sha256(said(words[i] ?? '')));
  }
  expect(await agentPid()).toBe(pid);

  const { vms } = await sandbox.json<{ vms: { memory_reserved_bytes: number; enforcement: string }[] }>([
    'status',
  ]);
  expect(vms).toMatchObject([{ memory_reserved_bytes: 0, enforcement: 'kernel' }]);
  const { slots } = await sandbox.json<{ slots: { work: string; suggested_bytes: number }[] }>([
    'status',
    '--slots',
  ]);
  expect(slots).toContainEqual(
    expect.objectContaining({ work: 'tail', out_of_memory: 1, suggested_bytes: 256 * MIB }),
  );
});

test('a child that is killed alone is told of, and its session goes on', async () => {
  const id = await start('100M', 'bash', '-c', 'tail /dev/zero; echo "tail ended with $?"; read -r');
  const { sandbox } = host;
  const told = await until(
    async () => {
      const found = await notices(id);
      return found.length > 0 && found;
    },
    { what: 'a notice', deadlineMs: 30_000 },
  );
  expect(told).toEqual([{ reason: 'OUT_OF_MEMORY', message: expect.stringContaining(id) }]);
  expect(await show(id)).toMatchObject({ status: 'running', oom_kills: 1, failure_reason: null });
  expect((await sandbox.berth(['send', id, 'bye', '--enter'])).code).toBe(0);
  await until(async () => (await show(id)).status === 'completed', { what: 'the session completed' });
  expect(await show(id)).toMatchObject({ exit_code: 0, oom_kills: 1, detail: '' });
  expect((await sandbox.berth(['output', id])).stdout).toContain('tail ended with 137');
});

test('memory and CPU of living sessions are shown as they are', async () => {
  const { sandbox } = host;
  // The text is doubled 25 times: 32 MiB, held by bash once it waits.
  const holds = 'x=x; for ((i = 0; i < 25; i++)); do x=$x$x; done; read -r';
  const [holder, burner] = await Promise.all([
    start('150M', 'bash', '-c', holds),
    start('100M', 'bash', '-c', 'while :; do :; done'),
  ]);
  const looked = await until(
    async () => {
      const [memory, cpu] = await Promise.all([show(holder), show(burner)]);
      // What it did until it held all that is still in its first look.
      const waits = memory.memory_used_bytes >= 32 * MIB && memory.cpu_percent < 25;
      return waits && cpu.cpu_percent > 25 ? { memory, cpu } : null;
    },
    { what: 'one waits, the other one computes', deadlineMs: 60_000 },
  );
  expect(looked.memory.memory_used_bytes).toBeLessThan(100 * MIB);
  expect(looked.memory.memory_peak_bytes).toBeGreaterThanOrEqual(looked.memory.memory_used_bytes);
  expect(looked.cpu.cpu_percent).toBeLessThan(115);

  const wide = (await sandbox.berth(['list', '--wide', '--status', 'running'])).stdout.split('\n');
  const cells = (id: string) => wide.find((line) => line.startsWith(id)) ?? '';
  expect(cells(holder)).toMatch(/ 150MiB +[3-9]\d(\.\d)?MiB /);
  expect(cells(burner)).toMatch(/ 100MiB .* \d+% /);
  expect((await sandbox.berth(['kill', holder, burner, '--grace', '1s'])).code).toBe(0);
});

const ADVISORY = /^warning +the kernel does not enforce slots here/m;
const limits = async (remote: string) => (await host.sandbox.berth(['host', 'show', remote])).stdout;

test('a host whose manager has no memory controller says that its slots are advisory', async () => {
  const { lab, sandbox } = host;
  await lab.host('vm2', { sudo: true });
  const added = await sandbox.berth(['host', 'add', 'mine', 'vm2'], { timeoutMs: 120_000 });
  expect(added.code, added.stderr).toBe(0);
  expect(added.stdout).toContain('advisory');
  const shown = await limits('mine');
  expect(shown).toContain('limits advisory');
  expect(shown).toMatch(ADVISORY);
  const id = await startedId(sandbox, ['start', '--json', '--host', 'mine', '--', 'sleep', 'infinity']);
  expect(await show(id)).toMatchObject({ status: 'running', enforcement: 'advisory' });
  expect((await sandbox.berth(['kill', id, '--grace', '1s'])).code).toBe(0);
});

test('a terminal that leaves the group of its unit is not called held to its slot', async () => {
  const { sandbox, vm } = host;
  expect(await limits('dev')).toContain('limits kernel');
  const wrapper = vm.path('/usr/local/bin/tmux');
  const leave = 'echo $1 >/sys/fs/cgroup/memory/cgroup.procs';
  // The server alone is root's to move, by sudo: what the agent runs has no new privileges.
  const text = `#!/bin/sh
case " $* " in *" -D "*) sudo -n sh -c '${leave}' sh $$ ;; esac
exec /usr/bin/tmux "$@"
`;
  const restart = 'systemctl restart berthd@dev';
  writeFileSync(wrapper, text, { mode: 0o755 });
  await vm.script(restart);
  try {
    const id = await start('100M', 'sleep', 'infinity');
    expect(await show(id)).toMatchObject({ status: 'running', enforcement: 'advisory' });
    const shown = await limits('dev');
    expect(shown).toContain('limits advisory');
    expect(shown).toMatch(ADVISORY);
    expect((await sandbox.berth(['kill', id, '--grace', '1s'])).code).toBe(0);
  } finally {
    rmSync(wrapper);
    await vm.script(restart);
  }
  expect(await limits('dev')).toContain('limits kernel');
});

test('a command beside a session that outgrows the slot is killed in there, and the session goes on', async () => {
  const id = await start('100M', 'sleep', '1000');
  const { sandbox } = host;
  const { stdout } = await sandbox.berth(['exec', id, 'cat', '/proc/self/cgroup']);
  expect(stdout).toContain(`/berth-${id}.service`);
  expect((await sandbox.berth(['exec', id, 'tail', '/dev/zero'])).code).toBe(137);
  await until(async () => (await show(id)).oom_kills === 1, { what: 'the kernel tells of the kill' });
  expect((await show(id)).status).toBe('running');
  // The agent's own device files may be others than the session's.
  const terminal = sandbox.berthTerminal(['exec', '-t', id, 'sh', '-c', 'echo; stty size']);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.screen()).toMatch(/^24 80/m);
  await using left = sandbox.spawnBerth(['exec', id, 'sh', '-c', 'echo up; sleep 1000']);
  await left.waitForText(/up/);
  await sandbox.berth(['kill', id, '--grace', '0s']);
  // What is told first: the end of the session, or of the command in it.
  expect([7, 137]).toContain((await left.finished).code);
});
