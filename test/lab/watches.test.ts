/** A machine without inotify watches, or that drops notices: changes are seen later, and nothing stops. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Event as WireEvent } from '@berth/shared/gen/berth/v1/event';
import { decodeEvent } from '@berth/shared/wire/event';
import { expect, it } from 'vitest';
import { TestAgent } from '../support/agent.ts';
import { EventWatcher } from '../support/event-watcher.ts';
import { BERTHD } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

/** An agent in a user namespace of its own, which has limits of its own. */
async function startLimited(sandbox: Sandbox, limits: string): Promise<TestAgent> {
  sandbox.env.BERTH_AGENT = JSON.stringify(['/bin/sh', '-c', 'sleep 60']);
  const argv = ['unshare', '--user', '--map-root-user', 'sh', '-c', `${limits}; exec "$@"`, 'sh', ...BERTHD];
  const flags = ['serve', '--units', 'plain', '--memory-capacity', '512M', '--default-slot', '32M'];
  const socket = join(sandbox.runtimeDir, 'agent.sock');
  return await TestAgent.start({ argv: [...argv, ...flags], env: sandbox.env, socket });
}

function facts(events: EventWatcher) {
  return events.seen.map(({ text }) => decodeEvent(WireEvent.decode(Buffer.from(text, 'base64'))).fact);
}

function filesChanged(events: EventWatcher) {
  return facts(events).filter((fact) => fact?.type === 'filesChanged');
}

interface Shown {
  readonly watching: { directories: number; polledDirectories: number; overflows: number };
  readonly warnings: string[];
}

it.each([
  ['watches', 'echo 4 >/proc/sys/user/max_inotify_watches'],
  ['instances', 'echo 0 >/proc/sys/user/max_inotify_instances'],
])('without %s sessions start, end and tell of their files', async (_what, limits) => {
  await using sandbox = createSandbox();
  await using agent = await startLimited(sandbox, limits);
  await using events = new EventWatcher(async () => agent.socket);
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const directory = join(sandbox.stateDir, 'sessions', id);
  const show = () => sandbox.json<Shown>(['host', 'show', 'local']);
  for (let index = 0; index < 10; index++)
    mkdirSync(join(directory, `workspace/folder${index}/deep`), { recursive: true });
  await until(async () => (await show()).watching.polledDirectories >= 15, { what: 'they are polled' });
  const { watching, warnings } = await show();
  expect(watching.directories).toBeLessThanOrEqual(4);
  expect(warnings.join()).toMatch(/out of inotify watches/);
  const said = agent.logEntries.filter(({ msg }) => /out of inotify watches/.test(String(msg)));
  expect(said).toHaveLength(1);

  const doctor = await sandbox.berth(['host', 'doctor', 'local']);
  expect(doctor.stdout).toMatch(
    /warn {2}watching .* polled, 0 overflows\n.*\n.*mend: sudo sysctl -w fs.inotify.max_user_watches=/,
  );

  writeFileSync(join(directory, 'workspace/folder7/deep/edited'), 'x');
  writeFileSync(join(directory, 'output/handed-over'), 'x');
  await until(() => facts(events).some((fact) => fact?.type === 'artifactChanged'), {
    what: 'the artifact is told',
    deadlineMs: 30_000,
  });
  await until(() => filesChanged(events).some(({ folders }) => folders.includes('folder7')), {
    what: 'the activity is told',
    deadlineMs: 30_000,
  });
  const { code } = await sandbox.berth(['kill', id]);
  expect(code).toBe(0);
});

it('where the kernel drops notices all is looked at anew', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  await using events = new EventWatcher(async () => agent.socket);
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const workspace = join(sandbox.stateDir, 'sessions', id, 'workspace');
  const watching = async () => (await sandbox.json<Shown>(['host', 'show', 'local'])).watching;
  await until(async () => (await watching()).directories === 4, { what: 'the session is watched' });

  const room = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  process.kill(agent.pid, 'SIGSTOP');
  // Renamed to and fro: the queue fills, not the disk.
  const [one, other] = [join(workspace, 'one'), join(workspace, 'other')];
  writeFileSync(one, '');
  for (let index = 0; index < room / 4 + 1; index++) {
    renameSync(one, other);
    renameSync(other, one);
  }
  // Of this nobody hears.
  mkdirSync(join(workspace, 'folder-of-the-lost'));
  writeFileSync(join(workspace, 'folder-of-the-lost/file'), '');
  process.kill(agent.pid, 'SIGCONT');

  const told = await until(() => filesChanged(events)[0], { what: 'the activity is told' });
  expect(told).toMatchObject({ incomplete: true, folders: expect.arrayContaining(['folder-of-the-lost']) });
  expect(await watching()).toEqual({ directories: 5, polledDirectories: 0, overflows: 1 });
  const said = agent.logEntries.filter(({ msg }) => /dropped notices/.test(String(msg)));
  expect(said).toHaveLength(1);
  const doctor = await sandbox.berth(['host', 'doctor', 'local']);
  expect(doctor.stdout).toMatch(/1 overflows\n.*\n.*mend: sudo sysctl -w fs.inotify.max_queued_events=/);
});
