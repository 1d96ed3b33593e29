/** `berth host doctor`: finds what is wrong with a host, and prints what mends it. */
import { expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';

interface Finding {
  readonly probe: string;
  readonly result: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly why: string;
  readonly mend: string;
}

/** Exit code, and what is not well. */
async function examine(laptop: Laptop): Promise<{ code: number | null; ill: Record<string, Finding> }> {
  const { code, stdout } = await laptop.berth(['host', 'doctor', 'dev', '--json']);
  const { hosts } = JSON.parse(stdout) as { hosts: { findings: Finding[] }[] };
  const findings = hosts[0]?.findings ?? [];
  for (const { probe, why } of findings)
    expect({ probe, why }).toEqual({ probe, why: expect.stringMatching(/./) });
  const ill = findings.filter(({ result }) => result !== 'ok');
  return { code, ill: Object.fromEntries(ill.map((finding) => [finding.probe, finding])) };
}

/** Runs the command that mends it, as a person would paste it, with sudo. */
async function mend(vm: LabHost, finding: Finding | undefined): Promise<void> {
  await vm.script(finding?.mend ?? 'false', { user: 'dev' });
}

test('each trouble is found, and what it prints mends it', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
  const well = await examine(laptop);
  expect(well.code).toBe(0);
  const usual = Object.keys(well.ill);
  console.log(`warnings of a host that is well: ${usual.join(', ')}`);

  await vm.script('mv /usr/bin/tmux /usr/bin/tmux.away');
  const tmux = await examine(laptop);
  expect(tmux.code).toBe(1);
  expect(tmux.ill.tmux).toMatchObject({
    result: 'fail',
    found: 'missing',
    mend: 'sudo apt-get install -y tmux',
  });
  await vm.script('mv /usr/bin/tmux.away /usr/bin/tmux');

  await vm.script('loginctl disable-linger dev');
  const linger = await examine(laptop);
  expect(linger.ill.linger).toMatchObject({ result: 'warn', found: 'off' });
  await mend(vm, linger.ill.linger);
  expect((await examine(laptop)).ill.linger).toBeUndefined();

  // The clock of a container is that of the machine.
  const date = `cat >/usr/local/bin/date <<'END'
#!/bin/sh
[ "$*" = +%s ] || exec /usr/bin/date "$@"
echo $(($(/usr/bin/date +%s) - 90))
END
chmod 755 /usr/local/bin/date`;
  await vm.script(date);
  const clock = await examine(laptop);
  expect(clock.ill.clock).toMatchObject({ result: 'warn', mend: 'sudo timedatectl set-ntp true' });
  expect(clock.ill.clock?.found).toMatch(/^(89|90|91) s behind$/);
  await vm.script('rm /usr/local/bin/date');

  // With its socket: a call would start it again.
  const stop = 'systemctl --user -M dev@ stop berthd.socket berthd.service';
  await vm.script(stop);
  const agent = await examine(laptop);
  expect(agent.code).toBe(1);
  expect(agent.ill.agent).toMatchObject({ result: 'fail' });
  expect(agent.ill.agent?.mend).toBe('berth host add dev');
  await laptop.ok(['host', 'add', 'dev']);
  const after = await examine(laptop);
  expect({ code: after.code, ill: Object.keys(after.ill) }).toEqual({ code: 0, ill: usual });
});

test('an sshd that forbids forwarding is found, and costs no function', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  const config = '/etc/ssh/sshd_config';
  await vm.script(`sed -i '1i AllowStreamLocalForwarding no' ${config}; systemctl restart ssh`);
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
  expect(await laptop.ok(['start', '--host', 'dev', '--follow', '--', 'echo', 'hello'])).toContain('hello');
  await laptop.chat('dev', 'chat');
  const { code, ill } = await examine(laptop);
  expect(code).toBe(0);
  expect(ill['sshd forwarding']).toMatchObject({ result: 'warn', found: 'forbidden' });
  await mend(vm, ill['sshd forwarding']);
  await laptop.goesOn('chat');
  // A connection keeps what it was made with: of another laptop, it is new.
  await using other = new Laptop(lab);
  await other.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
  expect((await examine(other)).ill['sshd forwarding']).toBeUndefined();
});
