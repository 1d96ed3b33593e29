/** `berth host add` on bare machines: one command, from anywhere, as often as you like. */
import { describe, expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { until } from '../support/until.ts';

const OTHERS = `# my hosts
remotes:
  # the old one
  - name: old   # do not touch
    user: me
    host: "192.0.2.1"
    enabled: false

  - {name: older, host: 192.0.2.2, enabled: false} # terse
# the end
`;

const TWO_LINES = expect.stringMatching(/^berth: .*\n {2}hint: .*\n$/);

interface Finding {
  readonly probe: string;
  readonly result: string;
  readonly found: string;
  readonly why: string;
  readonly mend: string;
}

describe('host add', () => {
  test('a bare machine runs its first session after two commands', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    laptop.sandbox.writeConfig('remotes.yaml', OTHERS);
    const begin = performance.now();
    const added = await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
    const middle = performance.now();
    const output = await laptop.ok(['start', '--host', 'dev', '--', 'bash', '-c', 'echo hello']);
    const end = performance.now();
    expect(added).toMatch(/^dev is ready: berthd \S+ on vm1/);
    const [id = ''] = /sess-[\w-]+/.exec(output) ?? [];
    const printed = async () => /^hello\r?$/m.test(await laptop.ok(['output', id]));
    await until(printed, { what: 'its output' });
    console.log(`host add ${Math.round(middle - begin)} ms, start to the end ${Math.round(end - middle)} ms`);
    const entry = `  - name: dev\n    host: ${vm.address}\n    user: dev\n`;
    expect(laptop.remotes.replace(entry, '')).toBe(OTHERS);
    expect(laptop.remotes).toContain(entry);

    const { hosts } = await laptop.json<{ hosts: { name: string; state: string }[] }>(['host', 'list']);
    expect(hosts.find(({ name }) => name === 'dev')).toMatchObject({ state: 'online', address: vm.address });
    expect(await laptop.json(['host', 'show', 'dev'])).toMatchObject({ name: 'dev', hostname: 'vm1' });
    const doctor = await laptop.json<{ hosts: { findings: Finding[] }[] }>(['host', 'doctor', 'dev']);
    const findings = doctor.hosts[0]?.findings ?? [];
    for (const { result, why, mend } of findings) {
      expect(result).toMatch(/^(ok|warn)$/);
      expect(why).not.toBe('');
      expect(typeof mend).toBe('string');
    }
    const results = Object.fromEntries(findings.map(({ probe, result }) => [probe, result]));
    expect(results).toMatchObject({ ssh: 'ok', tmux: 'ok', linger: 'ok', agent: 'ok', clock: 'ok' });
  });

  test('goes through a bastion', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const bastion = await lab.host('bastion');
    const vm = await lab.host('inner', { sudo: true, behind: bastion });
    const direct = await laptop.berth(['host', 'add', 'inner', `dev@${vm.address}`]);
    expect({ code: direct.code, stderr: direct.stderr }).toEqual({ code: 3, stderr: TWO_LINES });
    const jump = ['--jump', `dev@${bastion.address}`];
    await laptop.ok(['host', 'add', 'inner', `dev@${vm.address}`, ...jump]);
    expect(laptop.remotes).toContain(`jump_host: dev@${bastion.address}`);
    const said = await laptop.ok(['start', '--host', 'inner', '--follow', '--', 'hostname']);
    expect(said).toContain('inner');
    expect((await bastion.run(['pgrep', 'berthd'])).code).toBe(1);
  });

  test('a second time changes nothing and disturbs nobody', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = ['host', 'add', 'dev', `dev@${vm.address}`];
    const first = await laptop.json<{ host: { uploaded: boolean } }>(add);
    expect(first.host).toMatchObject({ uploaded: true, replaced: null });
    await laptop.chat('dev', 'chat');
    const [remotes, files] = [laptop.remotes, await filesOf(vm)];
    const begin = performance.now();
    const second = await laptop.json<{ host: { uploaded: boolean } }>(add);
    console.log(`host add again: ${Math.round(performance.now() - begin)} ms`);
    expect(second.host).toMatchObject({ uploaded: false, replaced: null });
    expect(await filesOf(vm)).toBe(files);
    expect(laptop.remotes).toBe(remotes);
    await laptop.goesOn('chat');
  });
});

/** Names, sizes and times of what a set-up makes; links are renamed into place anew. */
async function filesOf(vm: LabHost): Promise<string> {
  const places = '.local/lib .local/bin .config /var/lib/systemd/linger';
  const find = `find ${places} ! -type d -printf '%p %s %l '  \\( -type l -printf '\\n' -o -printf '%T@\\n' \\)`;
  return (await vm.script(`cd /home/dev && ${find} | sort`)).stdout;
}
