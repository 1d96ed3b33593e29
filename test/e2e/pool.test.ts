/** `berth pool` with a provider of its own: what is asked of it, what is refused, and how it fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { StandInProvider } from '../support/stand-in-provider.ts';
import { startedId } from '../support/started.ts';

/** The host `ci`, over ssh, whose machine is the provider's. */
async function withHost() {
  const sandbox = createSandbox();
  await sandbox.startAgent({ name: 'ci' });
  const sshd = await TestSshd.start(sandbox, { name: 'ci' });
  configureHosts(sandbox, [{ sshd }]);
  const file = join(sandbox.configDir, 'remotes.yaml');
  const remotes = readFileSync(file, 'utf8');
  sandbox.writeConfig(
    'remotes.yaml',
    remotes.replace(/^( *)- name: ci$/m, '$1- name: ci\n$1  provider: cloud'),
  );
  const provider = new StandInProvider(sandbox);
  provider.machines = [{ name: 'ci', size: 'l' }];
  return {
    sandbox,
    provider,
    remotes: () => readFileSync(file, 'utf8'),
    async [Symbol.asyncDispose]() {
      await sshd[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const pool = (sandbox: Sandbox, ...args: string[]) => sandbox.berth(['pool', ...args]);

it('refuses to delete what is busy, and takes an idle machine out of the hosts', async () => {
  await using host = await withHost();
  const { sandbox, provider } = host;
  await startedId(sandbox, ['start', '--json', '--host', 'ci', '--name', 'runs', '--', 'sleep', '1000']);
  const listed = await sandbox.json<{ machines: Record<string, unknown>[] }>(['pool', 'list']);
  expect(listed.machines).toContainEqual(
    expect.objectContaining({ name: 'ci', provider: 'cloud', state: 'online', size: 'l', sessions: 1 }),
  );
  for (const verb of [
    ['delete', 'ci'],
    ['stop', 'ci'],
    ['scale', '0'],
  ]) {
    const busy = await pool(sandbox, ...verb, '--yes');
    expect(busy, verb.join(' ')).toMatchObject({
      code: 7,
      stdout: '',
      stderr: expect.stringMatching(/runs 1 session|1 machine more than 0 stay: in use/),
    });
  }
  const pruned = await pool(sandbox, 'prune', '--idle', '0s', '--yes');
  expect(pruned).toMatchObject({ code: 0, stdout: 'no machine has idled for so long\n' });
  expect(provider.names).toEqual(['ci']);
  // What was refused has left no trace: it takes sessions.
  expect(await sandbox.json(['host', 'show', 'ci'])).toMatchObject({ draining: false });

  await sandbox.berth(['kill', 'runs']);
  expect(await pool(sandbox, 'delete', 'ci')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--yes/),
  });
  const stopped = await pool(sandbox, 'stop', 'ci', '--yes');
  expect(stopped).toMatchObject({ code: 0, stdout: 'ci is stopped\n' });
  expect(await pool(sandbox, 'prune', '--idle', '0s', '--dry-run')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1 machine to delete\n$/),
  });
  const gone = await sandbox.json(['pool', 'delete', 'ci', '--yes']);
  expect(gone).toEqual({ machines: [{ name: 'ci', provider: 'cloud', deleted: true }] });
  expect([provider.names, host.remotes().includes('ci')]).toEqual([[], false]);
  expect((await pool(sandbox, 'delete', 'ci', '--yes')).code).toBe(4);
});

it('asks by the contract, and leaves alone what it does not know', async () => {
  await using sandbox = createSandbox();
  const provider = new StandInProvider(sandbox);
  expect(await sandbox.json(['pool', 'prices', '--region', 'r1'])).toEqual({
    prices: [{ provider: 'cloud', size: 'l', region: 'r1', memory_bytes: 2 ** 37, price: 0.125 }],
  });
  const [described, priced] = provider.asked;
  expect(described).toMatchObject({
    version: 1,
    operation: 'describe',
    provider: 'cloud',
    argv: ['an argument'],
  });
  expect(priced).toMatchObject({ operation: 'price', region: 'r1', settings: { zone: 'z1' } });
  expect(priced?.request_id).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
  expect((await pool(sandbox, 'sizes')).stdout).toMatch(/^SIZE .*\ns +32 GiB +1 /);
});

it.each([
  [
    'an error of a known code',
    "say({ error: { code: 'quota', message: 'no more than 2', hint: 'ask for more' } })",
    5,
    /no more than 2\n {2}hint: ask for more/,
  ],
  [
    'an error of an unknown code',
    "say({ error: { code: 'odd', message: 'broken' } })",
    1,
    /provider cloud: broken/,
  ],
  [
    'no answer',
    "process.stderr.write('\\u001b[31mboom\\n')",
    1,
    /provider cloud: boom\n.*ended without an answer: boom/,
  ],
  ['an exit code', 'process.exit(3)', 1, /ended with exit code 3/],
  ['no JSON', "console.log('hello')", 1, /printed what is no JSON: hello/],
  [
    'a name that ssh would take for an option',
    "say({ result: { machines: [{ name: 'a', state: 'running', address: '-oProxyCommand=x' }] } })",
    1,
    /machines\.0\.address/,
  ],
] as const)('says how a provider failed: %s', async (_what, script, code, stderr) => {
  await using sandbox = createSandbox();
  const provider = new StandInProvider(sandbox);
  provider.instead('list', script);
  const failed = await pool(sandbox, 'list', '--provider', 'cloud');
  expect(failed).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  expect(failed.stderr).not.toContain('\u001b');
  // Nothing is made by guess.
  expect(await pool(sandbox, 'scale', '1', '--dry-run')).toMatchObject({ code, stdout: '' });
  // The others are there all the same.
  if (code === 5) expect((await pool(sandbox, 'list')).stdout).toMatch(/^local +local /m);
});

it('ends a provider that takes too long, with what it started', async () => {
  await using sandbox = createSandbox();
  const provider = new StandInProvider(sandbox, { timeout: '1s' });
  provider.instead(
    'create',
    "say({ progress: 'working' }); await new Promise((resolve) => setTimeout(resolve, 60_000))",
  );
  const late = await pool(sandbox, 'create', 'one', 'two');
  expect(late).toMatchObject({ code: 124, stdout: '' });
  expect(late.stderr).toMatch(/machine (one|two): create of provider cloud did not end within 1 s/);
  expect(late.stderr.match(/did not end/g)).toHaveLength(2);
});

it('names what is wrong in providers.yaml', async () => {
  await using sandbox = createSandbox();
  const told = async (text: string) => {
    sandbox.writeConfig('providers.yaml', text);
    const { code, stderr } = await pool(sandbox, 'list');
    expect(code).toBe(2);
    return stderr;
  };
  expect(await told('providers:\n  - name: a\n    kind: exec\n    comand: [x]\n')).toMatch(
    /providers\.yaml:4: providers\[0\]\.comand: unknown key, did you mean command\?/,
  );
  expect(await told('providers:\n  - {name: local, kind: exec, command: [x]}\n')).toMatch(
    /another provider named local/,
  );
});
