/** `berth host drain` and `remove`: a host that takes no more, and one that is a host no more. */
import { describe, expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';

const TWO_LINES = expect.stringMatching(/^berth: .*\n {2}hint: .*\n$/);

describe('host drain', () => {
  test('holds through restarts and reboots, until it is ended', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
    await laptop.chat('dev', 'chat');
    const drained = await laptop.json(['host', 'drain', 'dev']);
    expect(drained).toEqual({
      hosts: [{ name: 'dev', draining: true, active_sessions: 1, queued_sessions: 0 }],
    });
    const refused = async () => {
      const args = ['start', '--host', 'dev', '--json', '--', 'true'];
      const { code, stdout, stderr } = await laptop.berth(args);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(JSON.parse(stderr)).toMatchObject({ error: { reason: 'HOST_DRAINING' } });
    };
    await refused();
    await laptop.goesOn('chat');
    await vm.script('systemctl --user -M dev@ restart berthd.service');
    await refused();
    await laptop.goesOn('chat');
    expect(await laptop.json(['show', 'chat'])).toMatchObject({ status: 'running' });
    await vm.reboot();
    await refused();
    expect(await laptop.ok(['host', 'show', 'dev'])).toMatch(/draining: takes no new sessions/);
    await laptop.ok(['host', 'undrain', 'dev']);
    expect(await laptop.ok(['start', '--host', 'dev', '--follow', '--', 'echo', 'hello'])).toContain('hello');
  });
});

/** What an agent and its sessions have on a host, one a line. */
async function traces(vm: LabHost): Promise<string> {
  const looks = [
    "systemctl --user -M dev@ list-units --all --plain --no-legend 'berth*' | cut -d' ' -f1",
    "systemctl --user -M dev@ list-unit-files --plain --no-legend 'berth*' | cut -d' ' -f1",
    'pgrep -u dev -a "berthd|tmux|bash"',
    "find /home/dev /run/user/1000 /dev/shm /tmp /var/tmp -iname '*berth*' -prune -print",
  ];
  return (await vm.script(`${looks.join('; ')}; true`)).stdout;
}

describe('host remove', () => {
  test('asks, spares what runs, and keeps the agent where it is told to', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = ['host', 'add', 'dev', `dev@${vm.address}`];
    await laptop.ok(add);
    const remotes = laptop.remotes;
    await laptop.chat('dev', 'chat');
    const busy = await laptop.berth(['host', 'remove', 'dev', '--yes']);
    expect(busy).toMatchObject({ code: 7, stdout: '', stderr: TWO_LINES });
    expect(busy.stderr).toContain('still runs 1 session');
    await laptop.ok(['host', 'remove', 'dev', '--keep-agent']);
    expect(laptop.remotes).not.toContain('dev');
    await laptop.ok(add);
    expect(laptop.remotes).toBe(remotes);
    await laptop.goesOn('chat');

    await laptop.ok(['kill', 'chat', '--yes']);
    await laptop.berth(['wait', 'chat']);
    const unasked = await laptop.berth(['host', 'remove', 'dev']);
    expect(unasked).toMatchObject({ code: 2, stdout: '', stderr: TWO_LINES });
    await laptop.ok(['host', 'remove', 'dev', '--yes']);
    expect(laptop.remotes).not.toContain('dev');
    // What sessions left stays: a host that is added again has them.
    const kept = '/home/dev/.cache/berth\n/home/dev/.local/state/berth\n/run/user/1000/berth\n';
    expect(await traces(vm)).toBe(kept);
    await laptop.ok(add);
    expect(await laptop.json(['show', 'chat'])).toMatchObject({ status: 'killed' });
  });

  test('with --purge leaves nothing, and it can be added again', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = ['host', 'add', 'dev', `dev@${vm.address}`];
    await laptop.ok(add);
    await laptop.chat('dev', 'chat');
    expect((await traces(vm)).split('\n').length).toBeGreaterThan(8);
    const begin = performance.now();
    await laptop.ok(['host', 'remove', 'dev', '--purge', '--yes']);
    console.log(`remove --purge: ${Math.round(performance.now() - begin)} ms`);
    expect(await traces(vm)).toBe('');
    await laptop.ok(add);
    expect(await laptop.ok(['start', '--host', 'dev', '--follow', '--', 'echo', 'hello'])).toContain('hello');
  });
});
