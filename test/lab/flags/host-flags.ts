/** The flags of `berth host`, as far as they show without a host that runs systemd. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createSandbox } from '../../support/sandbox.ts';

/** What `berth host add dev me@dev.invalid FLAGS` asks of ssh, which does not get there. */
async function askedOfSsh(...flags: string[]): Promise<string> {
  await using sandbox = createSandbox();
  const [script, log] = [join(sandbox.dir, 'ssh'), join(sandbox.dir, 'asked')];
  writeFileSync(script, `#!/bin/sh\necho "$*" >>${log}\nexit 255\n`);
  chmodSync(script, 0o755);
  const added = await sandbox.berth(['host', 'add', 'dev', 'me@dev.invalid', ...flags], {
    env: { BERTH_SSH: script },
  });
  expect(added).toMatchObject({ code: 3, stdout: '' });
  // A host that could not be set up is not one of yours.
  expect(existsSync(join(sandbox.configDir, 'remotes.yaml'))).toBe(false);
  return readFileSync(log, 'utf8');
}

async function refused(args: readonly string[], why: RegExp): Promise<void> {
  await using sandbox = createSandbox();
  const { code, stderr } = await sandbox.berth(['host', ...args]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(why) });
}

export const HOST_FLAGS: Readonly<Record<string, () => Promise<void>>> = {
  'host --jump': async () =>
    expect(await askedOfSsh('--jump', 'bastion')).toMatch(/ -J bastion .*dev\.invalid/),
  'host --key': async () => expect(await askedOfSsh('--key', '/my/key')).toMatch(/ -i \/my\/key /),
  'host --port': async () => {
    expect(await askedOfSsh('--port', '2222')).toMatch(/ -p 2222 /);
    await refused(['add', 'dev', 'me@vm', '--port', 'ssh'], /^berth: --port/);
  },
  'host --user': async () =>
    await refused(['add', 'dev', 'me@vm', '--user', '--system'], /choose one of --user and --system/),
  'host --size': async () => await refused(['add', 'dev', 'me@vm', '--size', 'xxl'], /--size cannot be xxl/),
  'host --all': async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    // The agent of this machine is one of the hosts: sessions are started there as elsewhere.
    expect(await sandbox.json(['host', 'drain', '--all'])).toEqual({
      hosts: [{ name: 'local', draining: true, active_sessions: 0, queued_sessions: 0 }],
    });
    expect(await sandbox.json(['host', 'undrain', '--all'])).toMatchObject({ hosts: [{ draining: false }] });
    // It is of the client's own release: there is nothing to upgrade.
    expect(await sandbox.json(['host', 'upgrade', '--all'])).toEqual({ hosts: [] });
    await refused(['drain', 'local', '--all'], /name hosts, or give --all/);
  },
  'host --from': async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    const from = join(sandbox.dir, 'made');
    mkdirSync(join(from, 'bin'), { recursive: true });
    const program = join(from, 'bin/code-server');
    writeFileSync(program, '#!/bin/sh\necho "2.3.4 abc with Code 2.3.4"\n', { mode: 0o755 });
    // Twice: what is there is replaced as a whole.
    for (const _ of [1, 2]) {
      const { code } = await sandbox.json<{ code: object }>([
        'host',
        'code',
        'install',
        'local',
        '--from',
        from,
      ]);
      expect(code).toMatchObject({ host: 'local', program: 'code-server', version: '2.3.4' });
    }
    const there = join(sandbox.home, '.local/share/berth/code-server');
    // What a try that was broken off left is cleared away by the next.
    mkdirSync(join(there, '.new-1'));
    writeFileSync(program, '#!/bin/sh\necho "Error: no" >&2\nexit 1\n', { mode: 0o755 });
    const broken = await sandbox.berth(['host', 'code', 'install', 'local', '--from', from]);
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringMatching(/it does not run: Error: no\n/) });
    expect(readdirSync(there).sort()).toEqual(['.lock', '2.3.4']);
    const odd = await sandbox.berth(['host', 'code', 'install', 'local', '--from', '/etc/hostname']);
    expect(odd.stderr).toMatch(/^berth: .*it is no \.tar\.gz\n {2}hint: /);
    await refused(['code', 'show', 'local', '--from', 'x'], /host code show has no flag --from/);
  },
  'host --purge': async () =>
    await refused(['remove', 'dev', '--purge', '--keep-agent'], /choose one of --purge and --keep-agent/),
  'host --keep-agent': async () => {
    await using sandbox = createSandbox();
    const two =
      '# mine\nremotes:\n  - {name: gone, host: gone.invalid} # old\n  - {name: kept, host: kept.invalid}\n';
    const file = sandbox.writeConfig('remotes.yaml', two);
    const removed = await sandbox.json(['host', 'remove', 'gone', '--keep-agent']);
    expect(removed).toEqual({ name: 'gone', removed: true, purged: false });
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^# mine\n/);
    expect([text.includes('gone'), text.includes('kept')]).toEqual([false, true]);
  },
};

/** Seen only where a machine becomes a host, or stops being one: test/lab/host-add.test.ts. */
export const HOST_FLAGS_IN_LAB = ['host --system', 'host --region', 'host --label', 'host --yes'];
