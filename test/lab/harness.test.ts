/** The lab itself: what its hosts are, what can be done to them, and that nothing of it stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Claim, sweepLabs, tracesOf } from '../support/lab/claim.ts';
import { type Lab, openLab } from '../support/lab/lab.ts';
import { type Finished, Running, run } from '../support/running.ts';
import { until } from '../support/until.ts';

const GONE = { processes: [], mounts: [], networks: [], interfaces: [], groups: [], directories: [] };

function ssh(lab: Lab, ...argv: readonly string[]): Promise<Finished> {
  return run(['ssh', '-F', lab.sshConfig, '-o', 'ConnectTimeout=5', ...argv], { env: process.env });
}

describe('a host', () => {
  test('is bare, up, and takes logins of dev and root', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    expect((await vm.run(['systemctl', 'is-system-running'])).stdout).toBe('running\n');
    expect(await ssh(lab, 'vm1', 'hostname; whoami; echo $XDG_RUNTIME_DIR')).toMatchObject({
      code: 0,
      stdout: 'vm1\ndev\n/run/user/1000\n',
    });
    expect((await ssh(lab, 'root@vm1', 'whoami')).stdout).toBe('root\n');
    // A session of a login has a service manager of its own, and loses it at the last logout.
    expect((await ssh(lab, 'vm1', 'systemd-run --user --wait --quiet true')).code).toBe(0);
    expect((await ssh(lab, 'vm1', 'sudo -n true')).code).toBe(1);
    expect((await ssh(lab, 'vm1', 'command -v node npm berth berthd')).code).toBe(1);
  });

  test('runs programs as anybody, with input, environment and a limit of time', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1', { sudo: true });
    await vm.addUser('ann');
    const line = 'read -r x; echo $x $A $USER $PWD $XDG_RUNTIME_DIR';
    const options = { user: 'ann', input: 'hello\n', env: { A: 'b' } };
    expect((await vm.script(line, options)).stdout).toBe('hello b ann /home/ann /run/user/1001\n');
    expect((await ssh(lab, 'ann@vm1', 'whoami')).stdout).toBe('ann\n');
    expect((await vm.run(['sudo', '-n', 'whoami'], { user: 'dev' })).stdout).toBe('root\n');
    expect((await vm.run(['false'])).code).toBe(1);
    await expect(vm.script('echo no >&2; exit 3')).rejects.toThrow(/ended with 3:\s+no/);
    await expect(vm.run(['sleep', '777'], { timeoutMs: 300 })).rejects.toThrow('longer than 300 ms');
    const sleepers = async () => (await vm.run(['pgrep', '-f', 'sleep 777'])).stdout;
    await until(async () => (await sleepers()) === '', { what: 'what took too long is ended' });
  });

  test('holds a unit to its memory limit, also after a reboot', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    const hungry = (limit: string) =>
      vm.run([
        'systemd-run',
        '--wait',
        '-p',
        `MemoryMax=${limit}`,
        'sh',
        '-c',
        'head -c 200M /dev/zero | tail >/dev/null',
      ]);
    for (const act of ['boot', 'reboot'] as const) {
      if (act === 'reboot') await vm.reboot();
      expect(await hungry('50M')).toMatchObject({ code: 137 });
      expect(await hungry('2G')).toMatchObject({ code: 0 });
    }
  });

  test('keeps its disk and gets another boot id at a reboot and at a power cut', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    const ids = [await vm.bootId()];
    mkdirSync(vm.path('/var/lib/x'));
    writeFileSync(vm.path('/var/lib/x/file'), 'kept');
    await vm.script('systemd-run --unit=lasting sleep infinity; echo gone >/run/fleeting');
    // With a login, whose service manager has to be stopped too.
    await ssh(lab, 'vm1', 'true');

    await vm.reboot();
    ids.push(await vm.bootId());
    expect((await vm.run(['cat', '/var/lib/x/file', '/run/fleeting'])).stdout).toBe('kept');
    expect((await vm.run(['systemctl', 'is-active', 'lasting'])).stdout).toBe('inactive\n');

    await using session = new Running(['ssh', '-F', lab.sshConfig, 'vm1', 'echo in; sleep 600'], {
      env: process.env,
    });
    await session.waitForText(/in/);
    await vm.powerCut();
    expect(vm.on).toBe(false);
    await expect(ssh(lab, 'vm1', 'true')).resolves.toMatchObject({ code: 255 });
    expect(session.ended).toBe(false);
    await vm.boot();
    ids.push(await vm.bootId());
    expect((await ssh(lab, 'vm1', 'cat /var/lib/x/file')).stdout).toBe('kept');
    expect(new Set(ids).size).toBe(3);
    expect((await vm.run(['journalctl', '--list-boots', '--quiet'])).stdout.trim().split('\n')).toHaveLength(
      3,
    );
  });

  test('comes back by itself when it reboots itself', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    const before = await vm.bootId();
    await vm.rebootedBy(() => ssh(lab, 'root@vm1', 'systemctl reboot'));
    expect(await vm.bootId()).not.toBe(before);
  });
});

describe('the network', () => {
  test('hosts reach each other, and what is behind a bastion is reached through it only', async () => {
    await using lab = await openLab();
    const [vm, bastion] = await Promise.all([lab.host('vm1'), lab.host('bastion')]);
    const inner = await lab.host('inner', { behind: bastion });
    const reaches = (address: string) => ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/22`];
    expect((await vm.run(reaches(bastion.address))).code).toBe(0);
    expect((await bastion.run(reaches(inner.address))).code).toBe(0);
    expect((await vm.run(reaches(inner.address))).code).not.toBe(0);
    expect((await run(reaches(inner.address), { env: process.env })).code).not.toBe(0);
    expect((await ssh(lab, 'inner', 'hostname')).stdout).toBe('inner\n');

    await bastion.powerCut();
    expect((await ssh(lab, 'inner', 'true')).code).toBe(255);
    await bastion.boot();
    expect((await ssh(lab, 'inner', 'hostname')).stdout).toBe('inner\n');
  });

  test('a cut cable is silent, and what went over it goes on when it is mended', async () => {
    await using lab = await openLab();
    const [vm, other] = await Promise.all([lab.host('vm1'), lab.host('vm2')]);
    const say = (word: string) => vm.script(`echo ${word} >>log`, { user: 'dev' });
    await say('before');
    await using session = new Running(['ssh', '-F', lab.sshConfig, 'vm1', 'tail -f -n +1 log'], {
      env: process.env,
    });
    await session.waitForText(/before/);
    vm.cut();
    await say('during');
    expect((await ssh(lab, 'vm1', 'true')).stderr).toMatch('timed out');
    expect((await ssh(lab, 'vm2', 'true')).code).toBe(0);
    expect(other.on).toBe(true);
    expect(session.ended).toBe(false);
    vm.mend();
    await session.waitForText(/during/, { deadlineMs: 60_000 });
  });

  test('latency and loss slow down what is said, and connections outlive the change', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    await using session = new Running(['ssh', '-F', lab.sshConfig, 'vm1', 'echo in; tail -F log'], {
      env: process.env,
    });
    await session.waitForText(/in/);
    const connected = async () => {
      const started = performance.now();
      expect((await ssh(lab, 'vm1', 'true')).code).toBe(0);
      return performance.now() - started;
    };
    vm.latency({ ms: 200 });
    // A login takes more than five exchanges.
    expect(await connected()).toBeGreaterThan(1_000);
    vm.latency({ ms: 20, loss: 3 });
    await connected();
    vm.latency(null);
    await vm.script('echo after >>log', { user: 'dev' });
    await session.waitForText(/after/, { deadlineMs: 60_000 });
  });
});

describe('nothing stays', () => {
  test('of a lab that is disposed', async () => {
    let claim: Claim;
    {
      await using lab = await openLab();
      claim = lab.claim;
      const bastion = await lab.host('bastion');
      await lab.host('inner', { behind: bastion });
      const traces = tracesOf(claim);
      for (const kind of Object.keys(GONE)) expect(traces[kind], kind).not.toEqual([]);
    }
    expect(tracesOf(claim)).toEqual(GONE);
  });

  test('of a host whose services come and go at that moment', async () => {
    await using lab = await openLab();
    const vm = await lab.host('vm1');
    const churn = `cd "$(find /sys/fs/cgroup -maxdepth 2 -name system.slice | head -n 1)"
      for n in 1 2 3; do while mkdir -p $n/in; do rmdir $n/in $n; done & done; wait`;
    await vm.run(['systemd-run', '--quiet', 'bash', '-c', churn.replaceAll('$', '$$$$')], { check: true });
    const named = () => tracesOf(lab.claim).groups?.length;
    for (let look = 0; look < 40; look++) expect(named()).toBeGreaterThan(0);
    await vm.powerCut();
    expect(tracesOf(lab.claim).processes).toEqual([]);
  });

  test.each([
    ['SIGKILL', 'by the next sweep; its hosts die with it'],
    ['SIGTERM', 'at once'],
    ['SIGINT', 'at once'],
  ] as const)('of a process that ends by %s: %s', async (signal, _) => {
    const module = join(import.meta.dirname, '../support/lab/lab.ts');
    const program = `const { openLab } = await import('${module}'); const lab = await openLab();
      await lab.host('vm1'); console.log(JSON.stringify(lab.claim)); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const claim = JSON.parse(line.toString()) as Claim;
    expect(tracesOf(claim).processes).not.toEqual([]);
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    if (signal === 'SIGKILL') {
      await until(() => tracesOf(claim).processes?.length === 0, { what: 'its hosts are dead' });
      sweepLabs();
    }
    expect(tracesOf(claim)).toEqual(GONE);
  });
});
