/** Configuration: errors that name file, line and key, and settings of which each has an effect. */
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';

const REMOTES: [string, string, RegExp][] = [
  ['malformed YAML', 'remotes:\n  - name: a\n   host: [b\n', /remotes\.yaml:\d+: malformed YAML/],
  [
    'an unknown key',
    'remotes:\n  - name: a\n    host: b\n    prot: 1\n',
    /remotes\.yaml:4: remotes\[0\]\.prot: unknown key, did you mean port\?/,
  ],
  [
    'a wrong type',
    'remotes:\n  - name: a\n    host: b\n    port: many\n',
    /remotes\.yaml:4: remotes\[0\]\.port: must be a whole number/,
  ],
  [
    'a bad port',
    'remotes:\n  - name: a\n    host: b\n    port: 70000\n',
    /remotes\.yaml:4: remotes\[0\]\.port/,
  ],
  [
    'two of a name',
    'remotes:\n  - name: a\n    host: b\n  - name: a\n    host: c\n',
    /remotes\.yaml:4: remotes\[1\]\.name: there is another host named a/,
  ],
  [
    'a directory that no line of settings can hold',
    'remotes:\n  - name: a\n    host: b\n    sessions_dir: reports of mine\n',
    /remotes\.yaml:4: remotes\[0\]\.sessions_dir: must be a directory of the host/,
  ],
  ['no address', 'remotes:\n  - name: a\n', /remotes\.yaml:2: remotes\[0\]\.host: missing/],
  [
    'a colon in a name',
    'remotes:\n  - name: "a:b"\n    host: c\n',
    /remotes\.yaml:2: remotes\[0\]\.name: .*colon/,
  ],
  [
    'an option for an address',
    'remotes:\n  - name: a\n    host: -oProxyCommand=x\n',
    /remotes\.yaml:3: remotes\[0\]\.host: must not begin with a dash/,
  ],
  ['no list', 'remotes: 3\n', /remotes\.yaml:1: remotes: must be a list/],
];

it.each(REMOTES)('remotes.yaml with %s', async (_what, text, line) => {
  await using sandbox = createSandbox();
  sandbox.writeConfig('remotes.yaml', text);
  const { code, stdout, stderr } = await sandbox.berth(['list']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(line);
  expect(stderr).toMatch(/\n {2}hint: mend .*remotes\.yaml and run the command again\n$/);
  expect(stderr.split('\n')).toHaveLength(3);
});

it.each([
  ['an unknown key', 'presett: claude\n', /config\.yaml:1: presett: unknown key, did you mean preset\?/],
  ['a bad time', 'memory: 8G\nfanout_timeout: soon\n', /config\.yaml:2: fanout_timeout: must be a time/],
  ['a bad reservation', 'reservation: 2h\n', /config\.yaml:1: reservation: must be a time from 1s to 1h/],
  ['a bad amount', 'memory: lots\n', /config\.yaml:1: memory: must be an amount/],
])('config.yaml with %s', async (_what, text, line) => {
  await using sandbox = createSandbox();
  sandbox.writeConfig('config.yaml', text);
  expect(await sandbox.berth(['list'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(line),
  });
});

it('prefers the environment to the file, and says so; --config names another file', async () => {
  await using sandbox = createSandbox();
  sandbox.writeConfig('config.yaml', 'memory: 64M\npreset: shell\n');
  const other = sandbox.writeConfig('other.yaml', 'memory: 48M\n');
  const shown = await sandbox.berth(['config', '--show-origin'], { env: { BERTH_PRESET: 'claude' } });
  expect(shown.stdout).toMatch(/memory: 64M {2}# config\.yaml/);
  expect(shown.stdout).toMatch(/preset: claude {2}# environment/);
  expect(shown.stdout).toMatch(/ssh_program: ssh {2}# default/);
  expect((await sandbox.berth(['config', '--config', other])).stdout).toMatch(/memory: 48M/);
  expect(await sandbox.berth(['config', '--config', `${other}.gone`])).toMatchObject({ code: 2 });
});

it('memory, preset and host of the settings reach a start', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  sandbox.writeConfig('config.yaml', 'memory: 48M\npreset: shell\nhost: local\n');
  const { sessions } = await sandbox.json<{ sessions: Record<string, unknown>[] }>(['start', 'sleep 1000']);
  expect(sessions).toMatchObject([{ memory_bytes: 48 * 2 ** 20, preset: 'shell', vm_name: 'local' }]);
  sandbox.writeConfig('config.yaml', 'host: nowhere\n');
  expect(await sandbox.berth(['start', '--', 'true'])).toMatchObject({ code: 4 });
});

it('policy, region and size of the settings reach a start; a host that is named goes before them', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  sandbox.writeConfig('remotes.yaml', 'remotes:\n  - { name: local, region: eu, size: m }\n');
  const plan = (flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    sandbox.berth(['start', '--dry-run', ...flags, 'x'], { env });
  sandbox.writeConfig('config.yaml', 'policy: spread\nregion: eu\nsize: r6i.2xlarge\n');
  expect(await plan()).toMatchObject({ code: 0, stdout: expect.stringContaining('local: emptiest') });
  expect((await plan([], { BERTH_POLICY: 'pack' })).stdout).toContain('local: idle');
  for (const [variable, value] of [
    ['BERTH_REGION', 'us'],
    ['BERTH_SIZE', 'xl'],
  ] as const) {
    expect((await plan([], { [variable]: value })).code).toBe(4);
    expect((await plan(['--host', 'local'], { [variable]: value })).code).toBe(0);
  }
  sandbox.writeConfig('config.yaml', 'policy: heap\n');
  expect(await plan()).toMatchObject({ code: 2, stderr: expect.stringContaining('must be pack or spread') });
});
