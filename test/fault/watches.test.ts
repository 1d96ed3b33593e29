/** A machine that has no inotify watches left: changes are seen later, and nothing stops. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

interface Shown {
  readonly watching: { directories: number; polled_directories: number; overflows: number };
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
    mkdirSync(join(directory, `workspace/d${index}/deep`), { recursive: true });
  await until(async () => (await show()).watching.polled_directories >= 15, { what: 'they are polled' });
  const { watching, warnings } = await show();
  expect(watching.directories).toBeLessThanOrEqual(4);
  expect(warnings.join()).toMatch(/out of inotify watches/);
  const said = agent.logEntries.filter(({ msg }) => /out of inotify watches/.test(String(msg)));
  expect(said).toHaveLength(1);

  const doctor = await sandbox.berth(['host', 'doctor', 'local']);
  expect(doctor.stdout).toMatch(
    /warn {2}watching .* polled, 0 overflows\n.*\n.*mend: sudo sysctl -w fs.inotify.max_user_watches=/,
  );

  const about = (path: string) => () =>
    events.seen.find(({ text }) => Buffer.from(text, 'base64').toString('latin1').includes(path));
  writeFileSync(join(directory, 'workspace/d7/deep/edited'), 'x');
  writeFileSync(join(directory, 'output/artifact'), 'x');
  await until(about('artifact'), { what: 'the artifact is told', deadlineMs: 30_000 });
  await until(about('d7'), { what: 'the activity is told', deadlineMs: 30_000 });
  const { code } = await sandbox.berth(['kill', id]);
  expect(code).toBe(0);
});
