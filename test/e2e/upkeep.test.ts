/** What keeps new sessions off a host: draining, quotas, and a bound on how long one may run. */
import { expect, test } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';

test('a draining host takes no new session, keeps what runs, and remembers it', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  expect((await sandbox.berth(['start', '--name', 'before', '--', 'sleep', '1000'])).code).toBe(0);
  const drained = await sandbox.berth(['host', 'drain', 'local']);
  expect(drained).toMatchObject({ code: 0, stdout: 'local takes no new sessions; 1 session left\n' });

  const refused = await sandbox.berth(['start', '--', 'true'], { env: { NO_COLOR: '1' } });
  expect(refused).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/draining[\s\S]*berth host undrain/),
  });
  expect((await sandbox.berth(['status'])).stdout).toMatch(/local +draining/);
  expect((await sandbox.berth(['output', '--raw', 'before'])).code).toBe(0);

  await agent.restart();
  expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(5);
  expect(await sandbox.json(['host', 'undrain', 'local'])).toMatchObject({ hosts: [{ draining: false }] });
  expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(0);
  expect((await sandbox.berth(['kill', 'before'])).code).toBe(0);
}, 60_000);

test('no more sessions than the quota allows, however small they are', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--max-sessions', '2'] });
  for (const name of ['a', 'b'])
    expect((await sandbox.berth(['start', '--name', name, '--', 'sleep', '1000'])).code).toBe(0);
  const refused = await sandbox.berth(['start', '--', 'true']);
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringMatching(/2 are allowed/) });
  expect((await sandbox.berth(['kill', 'a'])).code).toBe(0);
  expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(0);
  expect((await sandbox.berth(['kill', 'b'])).code).toBe(0);
});

test('no session runs longer than the host lets it, whatever it asked for', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--max-lifetime', '1s'] });
  const argv = ['start', '--timeout', '1h', '--wait', '--', 'sleep', '1000'];
  expect((await sandbox.berth(argv)).code).toBe(124);
});
