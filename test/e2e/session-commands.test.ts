/** Tags, names, and typing that looks whether it was taken, through the real programs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

async function start(name: string, script: string): Promise<string> {
  const id = await startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
  await using follower = sandbox.spawnBerth(['output', id, '--follow']);
  await follower.waitForText(/ready/);
  return id;
}
const out = async (...args: string[]) => (await sandbox.berth(args)).stdout;

it('tag sets, changes, removes and shows', async () => {
  const id = await start('tagged', 'echo ready; cat');
  expect(await out('tag', 'tagged')).toBe(`${id} (tagged) has no tags\n`);
  expect(await out('tag', 'tagged', 'team=a', 'url=x=y', 'empty=')).toBe(
    `${id} (tagged) empty= team=a url=x=y\n`,
  );
  expect(await sandbox.json(['tag', 'tagged', 'team=b', 'url-', 'never-'])).toEqual({
    sessions: [{ session_id: id, name: 'tagged', vm_name: 'local', tags: { team: 'b', empty: '' } }],
  });
  expect(await out('list', '--tag', 'team=b', '--format', 'ids')).toBe(`${id}\n`);
});

it('tag of several sessions tells each failure, and of one that ended that it cannot be changed', async () => {
  const id = await start('lives', 'echo ready; cat');
  await sandbox.berth(['start', '--wait', '--name', 'gone', '--', 'true']);
  const { code, stdout, stderr } = await sandbox.berth(['tag', 'gone', 'lives', 'k=v']);
  expect({ code, stdout }).toEqual({ code: 7, stdout: `${id} (lives) k=v\n` });
  expect(stderr).toMatch(/^berth: cannot change sess-\S+: it is completed\n/);
  expect(await sandbox.berth(['tag', 'lives', 'k=v', 'k-'])).toMatchObject({ code: 2 });
  expect(await sandbox.berth(['tag'])).toMatchObject({ code: 2 });
});

it('session renames, shows and takes away a name; a name is taken once', async () => {
  const id = await start('before', 'echo ready; cat');
  const other = await start('other', 'echo ready; cat');
  expect(await out('session', 'before', 'after')).toBe(`${id} (after)\n`);
  expect(await sandbox.json(['session', 'after'])).toEqual({
    session_id: id,
    name: 'after',
    vm_name: 'local',
  });
  expect((await sandbox.berth(['session', 'before'])).code).toBe(4);
  expect(await sandbox.berth(['session', 'other', 'after'])).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/^berth: there is a session named after on local already\n/),
  });
  // Its own name is no collision.
  expect(await out('session', 'after', 'after')).toBe(`${id} (after)\n`);
  expect((await sandbox.berth(['session', 'other', 'a:b'])).code).toBe(2);
  expect((await sandbox.berth(['session', 'other', 'x', '--clear'])).code).toBe(2);
  expect(await out('session', 'other', '--clear')).toBe(`${other}\n`);
  // A name that is free again can be given.
  expect(await out('session', other, 'before')).toBe(`${other} (before)\n`);
});

it('send says that a shell took the text', async () => {
  const id = await start('shell', 'echo ready; while read -r line; do echo "<$line>"; done');
  expect(await sandbox.json(['send', 'shell', 'hello', '--enter'])).toEqual({
    session_id: id,
    bytes: 5,
    keys: ['Enter'],
    taken: true,
  });
  expect(await out('output', 'shell')).toMatch(/^<hello>$/m);
});

it('send says when a program swallows the text, presses no key then, and types anyway when told to', async () => {
  const id = await start('deaf', 'stty raw -echo; echo ready; cat >"$BERTH_OUTPUT_DIR/got"');
  const refused = await sandbox.berth(['send', 'deaf', 'anybody?', '--enter', '--json']);
  expect(refused).toMatchObject({ code: 7, stdout: '' });
  expect(JSON.parse(refused.stderr)).toEqual({
    error: {
      code: 7,
      reason: 'INPUT_NOT_TAKEN',
      message: 'the text did not show on the screen of deaf, so Enter was not pressed',
      hint: expect.stringMatching(/output deaf --screen.*--no-verify/),
      host: 'local',
      session: id,
    },
  });
  expect(await sandbox.json(['send', 'deaf', 'there', '--enter', '--no-verify'])).toMatchObject({
    taken: null,
  });
});

it('send types a password where it is asked for one', async () => {
  await start('asks', 'echo ready; read -rsp "password: " word; echo; echo "$word" | tr a-z A-Z; sleep 1000');
  expect((await sandbox.berth(['send', 'asks', 'secret', '--enter'])).code).toBe(0);
  const text = await out('output', 'asks');
  expect(text).toMatch(/^SECRET$/m);
  expect(text).not.toMatch(/secret/);
});

it('keys alone are pressed without looking', async () => {
  await start('still', 'stty -echo; echo ready; cat >/dev/null');
  expect(await sandbox.json(['send', 'still', '--key', 'Up'])).toMatchObject({ taken: null, keys: ['Up'] });
});
