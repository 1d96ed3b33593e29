/** What people and scripts see of sessions that wait in line, and of those that are suspended. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { sessionCalls } from '../support/session-calls.ts';
import { startedId } from '../support/started.ts';

interface Listed {
  readonly sessions: readonly Record<string, unknown>[];
}

it('shows their place in line, and what looks at them waits with them', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--memory-capacity', '32M', '--default-slot', '32M'] });
  const go = join(sandbox.dir, 'go');
  const holds = ['bash', '-c', `until [ -e ${go} ]; do sleep 0.05; done`];
  const holder = await startedId(sandbox, ['start', '--json', '--', ...holds]);
  using calls = sessionCalls(agent.socket);
  const says = (word: string) => ['bash', '-c', `echo ${word} runs; cat`];
  await calls.start({ requestId: 'one', name: 'one', argv: says('one'), queue: true });
  const two = await calls.start({ requestId: 'two', name: 'two', argv: says('two'), queue: true });

  const { sessions } = await sandbox.json<Listed>(['list', '--status', 'pending']);
  expect(sessions).toMatchObject([
    { name: 'two', status: 'pending', state: 'queued', queue_place: 2, queued_at: expect.any(String) },
    { name: 'one', status: 'pending', state: 'queued', queue_place: 1 },
  ]);
  // In a pipe the columns stay words.
  expect((await sandbox.berth(['list'])).stdout).toMatch(/^sess-\S+ +local +pending +\d+s? +two/m);
  const list = sandbox.berthTerminal(['list']);
  await list.waitForScreen(/pending \(2nd in line\)/);
  expect((await sandbox.berth(['show', 'two'])).stdout).toMatch(
    /^status +pending \(2nd in line\)\n(.*\n)*queued +\S+ \(\S+ in line\)$/m,
  );
  expect(await sandbox.json(['status'])).toMatchObject({
    active_sessions: 1,
    vms: [{ active_sessions: 1, capacity: 1, queued_sessions: 2 }],
  });
  expect(await sandbox.berth(['output', 'two'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'berth: session two waits for a slot: 2nd in line on its host\n',
  });
  expect(await sandbox.berth(['send', 'two', 'x'])).toMatchObject({ code: 7 });

  const dash = sandbox.berthTerminal(['dash']);
  await dash.waitForScreen(/queued \(2\) .*two/);
  await using follower = sandbox.spawnBerth(['output', '--follow', 'one']);
  await follower.waitForText(/1st in line/);
  const attached = sandbox.berthTerminal(['attach', 'two']);
  await attached.waitForScreen(/2nd in line/);
  writeFileSync(go, '');
  await follower.waitForText(/one runs/);
  await dash.waitForScreen(/queued \(1\) .*two/);
  await attached.waitForScreen(/1st in line/);
  const three = await calls.start({ requestId: 'three', name: 'three', argv: ['true'], queue: true });
  expect((await sandbox.berth(['host', 'drain', 'local'])).stdout).toBe(
    'local takes no new sessions; 1 session left; 2 in line, which stay there\n',
  );
  await sandbox.berth(['host', 'undrain', 'local']);
  expect((await sandbox.berth(['kill', 'three'])).stdout).toBe(
    `${three.id} left the line: session three killed: it waited in line and never ran\n`,
  );
  await sandbox.berth(['kill', 'one']);
  await attached.waitForScreen(/two runs/);
  expect(await sandbox.json(['show', two.id])).toMatchObject({
    status: 'running',
    queue_place: null,
    queued_at: expect.any(String),
    attention: null,
  });
  expect(await sandbox.json(['show', holder])).toMatchObject({ queued_at: null });
}, 90_000);

it('suspends and resumes several, and says what it could not', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  for (const name of ['one', 'two'])
    await startedId(sandbox, ['start', '--json', '--name', name, '--', 'cat']);
  await startedId(sandbox, ['start', '--json', '--wait', '--name', 'ended', '--', 'true']);
  const done = await sandbox.berth(['suspend', 'one', 'two', 'ended', 'nobody']);
  const told = done.stdout.match(/\((one|two)\) is suspended: let it go on with berth resume sess-\S+\n/g);
  expect(told?.sort().map((line) => line.slice(1, 4))).toEqual(['one', 'two']);
  // The hint can be copied: it names the session.
  expect(done.stderr).toMatch(/cannot suspend (sess-\S+): it is completed\n.*berth output \1\n/);
  expect(done).toMatchObject({ code: 7 });
  const { sessions } = await sandbox.json<Listed>(['list', '--status', 'suspended']);
  expect(sessions).toMatchObject([
    { name: 'two', suspend_requested_at: expect.any(String) },
    { name: 'one', suspend_requested_at: expect.any(String) },
  ]);
  expect((await sandbox.berth(['show', 'one'])).stdout).toMatch(
    /^status +suspended\n(.*\n)*suspended +\d{4}-/m,
  );
  const attached = sandbox.berthTerminal(['attach', 'one']);
  await attached.waitForScreen(/one is suspended: what you type waits for berth resume one/);
  expect(await sandbox.json(['resume', 'one', 'two'])).toMatchObject({
    sessions: [
      { name: 'one', vm_name: 'local', status: 'running' },
      { name: 'two', vm_name: 'local', status: 'running' },
    ],
  });
  attached.type('hello\r');
  await attached.waitForScreen(/hello\s+hello/);
  expect((await sandbox.berth(['resume', 'one'])).stdout).toMatch(/\(one\) goes on\n/);
});
