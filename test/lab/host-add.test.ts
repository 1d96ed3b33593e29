/** `berth host add` on bare machines: one command, from anywhere, as often as you like. */
import { describe, expect, test } from 'vitest';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';

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
    expect(output).toContain('hello');
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
});
