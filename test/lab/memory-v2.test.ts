/** User scope on the unified cgroup v2: what the kernel does with sessions, and with an agent, that outgrow their memory. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { qemuUnavailable } from '../support/qemu/available.ts';
import { type GuestHost, openGuestHost } from '../support/qemu/guest-host.ts';
import { until } from '../support/until.ts';

const unavailable = qemuUnavailable();
if (unavailable) console.warn(`SKIPPED: ${unavailable}`);

const MIB = 2 ** 20;
const SLOT = 64 * MIB;
const SLOW = { deadlineMs: 170_000, everyMs: 1000 };

/** Prints numbered lines until there is a file `stop` in its workspace. */
const CHATTY = [
  'bash',
  '-c',
  'for ((i = 0; ; i++)); do echo "line $i of what must not be lost"; [ -e stop ] && exit; sleep 0.5; done',
];

/** What CHATTY printed when its last line is whole. */
function chatter(transcript: string): string {
  const lines = transcript.split('\r\n').length - 1;
  return Array.from({ length: lines }, (_, i) => `line ${i} of what must not be lost\r\n`).join('');
}

describe.skipIf(unavailable)('sessions on cgroup v2', () => {
  let host: GuestHost;
  const neighbours: string[] = [];
  beforeAll(async () => {
    host = await openGuestHost();
  }, 900_000);
  afterAll(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  test('are held to their slots by the kernel', async () => {
    const { vms } = await host.json<{ vms: { enforcement: string; memory_capacity_bytes: number }[] }>([
      'status',
    ]);
    expect(vms).toMatchObject([{ enforcement: 'kernel' }]);
    expect(Number(await host.group('memory.max'))).toBe(vms[0]?.memory_capacity_bytes);
    const started = [1, 2, 3].map((n) => host.start(['--memory', '64M', '--name', `n${n}`], CHATTY));
    neighbours.push(...(await Promise.all(started)));
    for (const id of neighbours) {
      expect(await host.session(id)).toMatchObject({ enforcement: 'kernel', memory_bytes: SLOT });
      expect(await host.group('memory.max', id)).toBe(String(SLOT));
      const high = Number(await host.group('memory.high', id));
      expect(high / SLOT).toBeCloseTo(0.95, 3);
      expect(await host.group('memory.swap.max', id)).toBe('0');
      expect(await host.group('pids.max', id)).toBe('16384');
    }
  });

  test('die alone when they outgrow them, with a reason', async () => {
    const agent = await host.agentPid();
    const hungry = await host.start(['--memory', '64M', '--name', 'hungry'], ['tail', '/dev/zero']);
    const end = async () => {
      const now = await host.session(hungry);
      return now.status === 'running' ? null : now;
    };
    const seen = await until(end, { what: 'the hungry session ended', ...SLOW });
    const { status, failure_reason, detail, memory_peak_bytes } = seen;
    expect({ status, failure_reason }).toEqual({ status: 'failed', failure_reason: 'oom' });
    expect(detail).toMatch(/peak .* of 64/);
    expect(memory_peak_bytes / SLOT).toBeCloseTo(1, 1);
    expect(await host.agentPid()).toBe(agent);
    for (const id of neighbours) {
      expect(await host.session(id)).toMatchObject({ status: 'running', oom_kills: 0 });
      const transcript = await host.transcript(id);
      expect(transcript).toMatch(/\r\n$/);
      expect(transcript).toBe(chatter(transcript));
    }
  });
});
