/** Machines that cannot be hosts as they are: what is wrong, what mends it, and that it then works. */
import { expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';

/** Adds it in vain: two lines, the second one with what mends it, and no agent on the host. */
async function refused(laptop: Laptop, vm: LabHost, [problem, mend]: [RegExp, RegExp]): Promise<void> {
  const { code, stdout, stderr } = await laptop.berth(['host', 'add', 'dev', `dev@${vm.address}`]);
  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  const [first, second, ...more] = stderr.split('\n');
  expect(first).toMatch(/^berth: /);
  expect(first).toMatch(problem);
  expect(second).toMatch(/^ {2}hint: /);
  expect(second).toMatch(mend);
  expect(more).toEqual(['']);
  expect(laptop.remotes).toBe('');
  expect((await vm.run(['pgrep', '-f', 'berthd'])).stdout).toBe('');
}

test('no tmux', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  await vm.script('mv /usr/bin/tmux /usr/bin/tmux.away');
  await refused(laptop, vm, [/tmux: missing/, /sudo apt-get install -y tmux/]);
  await vm.script('mv /usr/bin/tmux.away /usr/bin/tmux');
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
});

test('linger refused', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1');
  await refused(laptop, vm, [/linger was refused/, /as root, on the host: loginctl enable-linger dev$/]);
  await vm.script('loginctl enable-linger dev');
  const again = await laptop.json<{ host: { uploaded: boolean } }>([
    'host',
    'add',
    'dev',
    `dev@${vm.address}`,
  ]);
  expect(again.host.uploaded).toBe(false);
  expect(await laptop.ok(['start', '--host', 'dev', '--follow', '--', 'echo', 'hello'])).toContain('hello');
});

test('a full disk', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  // A home of its own, of which little is left.
  await vm.script(`
    cp -a /home/dev /root/dev
    mount -t tmpfs -o size=200M,mode=700,uid=1000,gid=1000 tmpfs /home/dev
    cp -a /root/dev/. /home/dev`);
  await refused(laptop, vm, [/disk: 200 MiB free/, /df -h \/home\/dev/]);
  // Enough by what df says, and not enough: a quota, or somebody who is faster.
  await vm.script('mount -o remount,size=400M /home/dev');
  const limit =
    'mkdir -p /etc/security/limits.d; echo "dev hard fsize 20000" >/etc/security/limits.d/dev.conf';
  await vm.script(limit);
  // Of the next login: the one before is kept for a while by its laptop.
  await using other = new Laptop(lab);
  const half = await other.berth(['host', 'add', 'dev', `dev@${vm.address}`]);
  expect(half.code).not.toBe(0);
  expect(half.stderr).toMatch(/^berth: the agent could not be brought to the host: .*\n {2}hint: .*\n$/);
  expect((await vm.script('ls -A /home/dev/.local/lib/berth/versions')).stdout).toBe('');
});
