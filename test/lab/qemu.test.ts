/** The QEMU guests that lab tests run on: what they promise those tests. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NODE } from '../support/programs.ts';
import { qemuUnavailable } from '../support/qemu/available.ts';
import { bootVm, type QemuVm } from '../support/qemu/vm.ts';

const unavailable = qemuUnavailable();
if (unavailable) console.warn(`SKIPPED: ${unavailable}`);

describe.skipIf(unavailable)('a QEMU guest', () => {
  let vm: QemuVm;
  beforeAll(async () => {
    vm = await bootVm({ memoryMiB: 1000, tree: dirname(NODE) });
  }, 600_000);
  afterAll(async () => {
    await vm?.[Symbol.asyncDispose]();
  });

  const stdout = async (argv: readonly string[], user: 'dev' | 'root' = 'dev'): Promise<string> => {
    const { code, stdout, stderr } = await vm.ssh(argv, { user });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };

  test('has systemd, the unified cgroup v2, and memory delegated to users', async () => {
    expect(await stdout(['stat', '-fc', '%T', '/sys/fs/cgroup'])).toBe('cgroup2fs');
    expect(await stdout(['id', '-un'])).toBe('dev');
    await stdout(['loginctl', 'enable-linger', 'dev'], 'root');
    const group = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service';
    expect(await stdout(['cat', `${group}/cgroup.controllers`])).toContain('memory');
    expect(await stdout(['systemctl', '--failed', '--no-legend'], 'root')).toBe('');
  });

  test('kills a unit of a user that outgrows its memory, and counts it', async () => {
    await stdout([
      'systemctl',
      '--user',
      'set-property',
      '--runtime',
      'hungry.slice',
      'MemoryMax=50M',
      'MemorySwapMax=0',
    ]);
    await stdout(['systemctl', '--user', 'start', 'hungry.slice']);
    const hungry = await vm.ssh(
      [
        'systemd-run',
        '--user',
        '--wait',
        '--slice=hungry.slice',
        'dd',
        'if=/dev/zero',
        'of=/dev/null',
        'bs=200M',
        'count=1',
      ],
      { timeoutMs: 120_000 },
    );
    expect(hungry.stderr).toContain('oom-kill');
    const group = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/hungry.slice';
    expect(await stdout(['cat', `${group}/memory.events`])).toMatch(/^oom_kill [1-9]/m);
    expect(Number(await stdout(['cat', `${group}/memory.peak`]))).toBeGreaterThan(40 * 2 ** 20);
  });

  test('loses in a power cut what was not flushed, and nothing else', async () => {
    const write = 'echo safe >safe && sync safe . && echo lost >lost && cat safe lost';
    expect(await stdout(['sh', '-c', write])).toBe('safe\nlost');
    const before = await vm.bootId();
    await vm.powerCut();
    expect(vm.pid).toBeNull();
    await vm.boot();
    expect(await vm.bootId()).not.toBe(before);
    expect(await stdout(['cat', 'safe'])).toBe('safe');
    expect((await vm.ssh(['cat', 'lost'])).stdout).toBe('');
  });

  test('reboots in order, and keeps all', async () => {
    await stdout(['sh', '-c', 'echo kept >kept']);
    const before = await vm.bootId();
    const id = await stdout(['cat', '/etc/machine-id']);
    await vm.reboot();
    expect(await vm.bootId()).not.toBe(before);
    expect(await stdout(['cat', 'kept', '/etc/machine-id'])).toBe(`kept\n${id}`);
  });

  test('takes files, and leaves nothing behind', async () => {
    expect(await stdout(['/opt/lab/node', '-p', '6 * 7'])).toBe('42');
    await vm.copyIn(import.meta.filename, '/usr/local/bin/copied', { user: 'root', mode: '750' });
    expect(await stdout(['stat', '-c', '%U %a %s', '/usr/local/bin/copied'])).toBe(
      `root 750 ${statSync(import.meta.filename).size}`,
    );
    const pid = vm.pid;
    await vm[Symbol.asyncDispose]();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(dirname(vm.sshConfig))).toBe(false);
  });
});
