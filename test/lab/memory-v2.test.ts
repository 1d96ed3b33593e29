/**
 * User scope on the unified cgroup v2: what the kernel does with sessions, and with an agent, that outgrow
 * their memory; and what an editor has of its session's.
 */
import { join } from 'node:path';
import { SessionState as WireState } from '@berth/shared/gen/berth/v1/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editorCalls } from '../support/editor-calls.ts';
import { EventWatcher, eventsOf } from '../support/event-watcher.ts';
import { qemuUnavailable } from '../support/qemu/available.ts';
import { cutWhileStarting } from '../support/qemu/cut-while-starting.ts';
import { type GuestHost, openGuestHost } from '../support/qemu/guest-host.ts';
import { makeStandInEditor } from '../support/stand-in-editor.ts';
import { until } from '../support/until.ts';

const unavailable = qemuUnavailable();
if (unavailable) console.warn(`SKIPPED: ${unavailable}`);

const MIB = 2 ** 20;
const SLOT = 64 * MIB;
const CUTS = 2;
const SLOW = { deadlineMs: 300_000, everyMs: 1000 };

/** Prints numbered lines until there is a file `stop` in its workspace. */
const CHATTY = [
  'bash',
  '-c',
  'for ((i = 0; ; i++)); do echo "line $i of what must not be lost"; [ -e stop ] && exit; sleep 0.5; done',
];

/** Its child is ended for memory; it leaves some cached pages and goes on. */
const PARENT =
  'tail /dev/zero; ended=$?; dd if=/dev/zero of=cached bs=1M count=8 status=none; echo "the child ended with $ended"; exec sleep 1000';

const AGENT_GROUP = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/berthd.service';

/** What CHATTY printed when its last line is whole. */
function chatter(transcript: string): string {
  const lines = transcript.split('\r\n').length - 1;
  return Array.from({ length: lines }, (_, i) => `line ${i} of what must not be lost\r\n`).join('');
}

describe.skipIf(unavailable)('sessions on cgroup v2', { timeout: 600_000 }, () => {
  let host: GuestHost;
  const neighbours: string[] = [];
  let parent = '';
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
    const ids = await Promise.all([
      host.start(['--memory', '64M', '--name', 'hungry'], ['tail', '/dev/zero']),
      host.start(['--memory', '64M', '--name', 'parent'], ['bash', '-c', PARENT]),
    ]);
    [, parent = ''] = ids;
    const [hungry = ''] = ids;
    const end = async () => {
      const now = await host.session(hungry);
      return now.status === 'running' ? null : now;
    };
    const seen = await until(end, { what: 'the hungry session ended', ...SLOW });
    const { status, failure_reason, detail, memory_peak_bytes } = seen;
    expect({ status, failure_reason }).toEqual({ status: 'failed', failure_reason: 'oom' });
    expect(detail).toBe('out of memory: peak 64 MiB of 64 MiB');
    expect(memory_peak_bytes / SLOT).toBeCloseTo(1, 2);
    const log = await host.guest('journalctl --user -o cat --no-pager -n 30 -u berthd.service');
    expect(await host.agentPid(), log).toBe(agent);
    for (const id of neighbours) {
      expect(await host.session(id)).toMatchObject({ status: 'running', oom_kills: 0 });
      const transcript = await host.transcript(id);
      expect(transcript).toMatch(/\r\n$/);
      expect(transcript).toBe(chatter(transcript));
    }
    const seconds = (Date.parse(seen.ended_at ?? '') - Date.parse(seen.started_at)) / 1000;
    console.log(`out of memory: 1 of ${ids.length + neighbours.length} sessions, after ${seconds} s`);
  });

  test('go on when it is a child that was ended, and tell what they use', async () => {
    const ready = async () => (await host.transcript(parent)).includes('the child ended with 137');
    await until(ready, { what: 'the child of the session was ended', ...SLOW });
    const number = async (file: string, name = '') =>
      Number(new RegExp(`^${name && `${name} `}(\\d+)$`, 'm').exec(await host.group(file, parent))?.[1]);
    const settled = async () => {
      const [current, cache] = [await number('memory.current'), await number('memory.stat', 'inactive_file')];
      const told = await host.session(parent);
      const near = Math.abs(told.memory_used_bytes - (current - cache)) < MIB / 4;
      return near ? { told, cache } : null;
    };
    const { told, cache } = await until(settled, { what: 'the agent tells what the kernel does', ...SLOW });
    expect(told).toMatchObject({ status: 'running', oom_kills: 1 });
    // The file that it wrote is no memory of its own.
    expect(cache).toBeGreaterThan(6 * MIB);
    expect(told.memory_peak_bytes).toBe(await number('memory.peak'));
    const cpuSeconds = (await number('cpu.stat', 'usage_usec')) / 1e6;
    expect(Math.abs((told.cpu_seconds ?? 0) - cpuSeconds)).toBeLessThan(3);
  });

  test('live on, and nothing is missing, when the agent itself is out of memory', async () => {
    await using watcher = new EventWatcher(() => host.tunnel());
    await until(() => watcher.seen.length > 0, { what: 'events are followed', ...SLOW });
    const before = await host.agentPid();
    // Of this life only: systemd makes a new group for the next one.
    await host.guest(`echo 16M >${AGENT_GROUP}/memory.max`);
    const next = async () => {
      const now = await host.agentPid();
      return now !== 0 && now !== before;
    };
    await until(next, { what: 'systemd started the agent again', ...SLOW });
    const journal = await host.guest('journalctl --user -o cat --no-pager -u berthd.service');
    expect(journal).toContain("berthd.service: Failed with result 'oom-kill'");
    for (const id of neighbours) {
      expect(await host.session(id)).toMatchObject({ status: 'running', incarnation: 1 });
      await host.guest(`touch .local/state/berth/sessions/${id}/workspace/stop`);
    }
    const over = async () => (await host.sessions()).filter(({ status }) => status === 'completed');
    await until(async () => (await over()).length === neighbours.length, { what: 'they ended', ...SLOW });
    for (const id of neighbours) {
      const transcript = await host.transcript(id);
      expect(transcript.split('\r\n').length).toBeGreaterThan(20);
      expect(transcript).toBe(chatter(transcript));
    }
    const all = await eventsOf(await host.tunnel());
    await until(() => watcher.seen.length >= all.length, { what: 'the watcher has all events', ...SLOW });
    expect(watcher.seen).toEqual(all);
    expect(all.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
    for (const id of neighbours) {
      const own = all.filter(({ session, state }) => session === id && state !== WireState.UNSPECIFIED);
      const states = new Set(own.map(({ state }) => state));
      expect([...states]).toEqual([WireState.STARTING, WireState.RUNNING, WireState.COMPLETED]);
    }
    console.log(
      `agent out of memory: ${neighbours.length + 1} sessions lived on, 0 of ${all.length} events missing`,
    );
  });

  describe('an editor', () => {
    const slot = 512 * MIB;
    const share = 256 * MIB;
    let id = '';
    beforeAll(async () => {
      const from = makeStandInEditor(join(host.sandbox.dir, 'made'));
      const install = ['host', 'code', 'install', 'vm', '--from', from];
      const { code, stderr } = await host.sandbox.berth(install, { timeoutMs: 170_000 });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      id = await host.start(['--memory', '512M', '--name', 'edited'], ['sleep', '100000']);
    }, 900_000);
    afterAll(() => host.json(['kill', id]));

    const editors = async () => editorCalls(await host.tunnel());
    const session = async (file = 'memory.max') => Number(await host.group(file, id));
    const editor = async () => Number(await host.group('memory.max', `${id}-editor`));

    test('has what was asked for out of the slot, and gives it back when it ends', async () => {
      expect(await session()).toBe(slot);
      // Nothing but the usual share is refused where that is not there.
      await expect((await editors()).open({ session: id })).rejects.toMatchObject({
        reason: 'SLOT_EXHAUSTED',
      });
      expect(await session()).toBe(slot);
      const opened = await (await editors()).open({ session: id, memoryBytes: BigInt(share) });
      expect(opened.state).toBe('ready');
      expect([await session(), await editor()]).toEqual([slot - share, share]);
      expect((await session('memory.high')) / (slot - share)).toBeCloseTo(0.95, 3);
      await (await editors()).stop(id);
      expect(await session()).toBe(slot);
    });

    test('gives it back to the next agent where it died with the one before', async () => {
      await (await editors()).open({ session: id, memoryBytes: BigInt(share) });
      expect(await session()).toBe(slot - share);
      const units = 'berthd.socket berthd.service';
      await host.guest(`systemctl --user stop ${units} && systemctl --user stop berth-${id}-editor.service`);
      await host.guest(`systemctl --user start --no-block ${units}`);
      await until(async () => (await session()) === slot, {
        what: 'the session has its slot again',
        ...SLOW,
      });
      expect((await (await editors()).get(id)).state).toBe('stopped');
    });
  });

  test('are known after a power cut, to the last start that was acknowledged', async () => {
    const figures = { starts: 0, lost: 0, again: 0, events: 0 };
    for (let round = 1; round <= CUTS; round++) {
      const { acknowledged, late, seen } = await cutWhileStarting(host);
      const settled = async () => {
        const now = await host.sessions();
        // An agent that takes long to look at all of them serves before, and tells what it knew.
        const unseen = now.filter(
          ({ session_id, status, incarnation }) =>
            status === 'pending' ||
            (status === 'running' && incarnation === 1 && acknowledged.has(session_id)),
        );
        return unseen.length > 0 ? null : now;
      };
      const found = await until(settled, { what: 'all is settled after the power cut', ...SLOW });
      const sessions = new Map(found.map((session) => [session.session_id, session]));
      for (const [id, restart] of acknowledged) {
        const expected = restart
          ? { status: 'running', detail: '', incarnation: 2 }
          : { status: 'lost', incarnation: 1 };
        expect(sessions.get(id)).toMatchObject(expected);
        figures[restart ? 'again' : 'lost']++;
      }
      for (const id of late) expect(sessions.has(id)).toBe(true);
      const all = await eventsOf(await host.tunnel());
      expect(all.slice(0, seen.length)).toEqual(seen);
      expect(all.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
      const living = [...sessions.values()].filter(({ status }) => status === 'running');
      const { vms } = await host.json<{ vms: { memory_reserved_bytes: number }[] }>(['status']);
      expect(vms[0]?.memory_reserved_bytes).toBe(
        living.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0),
      );
      figures.starts += acknowledged.size + late.length;
      figures.events += seen.length;
    }
    const { starts, lost, again, events } = figures;
    console.log(
      `${CUTS} power cuts: ${starts} acknowledged starts, 0 unknown (${lost} lost, ${again} run again); 0 of ${events} events missing or changed; 0 slots leaked`,
    );
  });
});
