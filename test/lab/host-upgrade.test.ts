/** `berth host upgrade`: other programs under sessions that go on, and the way back from a bad one. */
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { AGENT, Laptop } from '../support/lab/laptop.ts';

interface Upgraded {
  readonly hosts: readonly { name: string; replaced: string | null; uploaded: boolean }[];
}

const BASE = '/home/dev/.local/lib/berth';

/** As a release of another day: other bytes that do the same. */
function otherRelease(laptop: Laptop): NodeJS.ProcessEnv {
  return release(laptop, 'other', (file) => {
    copyFileSync(AGENT, file);
    appendFileSync(file, 'of another day');
  });
}

/** As a release that cannot serve: its set-up is the one of the version that runs. */
function badRelease(laptop: Laptop): NodeJS.ProcessEnv {
  const script = `#!/bin/sh
[ "$1" = setup ] || { echo 'this one is bad' >&2; exit 1; }
exec "${BASE}/good/berthd" "$@" --program "$0"
`;
  return release(laptop, 'bad', (file) => writeFileSync(file, script));
}

/** A directory of agents for the client. */
function release(laptop: Laptop, name: string, write: (file: string) => void): NodeJS.ProcessEnv {
  const directory = join(laptop.sandbox.dir, name);
  mkdirSync(directory);
  const file = join(directory, `berthd-linux-${process.arch}`);
  write(file);
  chmodSync(file, 0o755);
  return { BERTH_AGENT_DIR: directory };
}

async function currentVersion(vm: LabHost): Promise<string> {
  return (await vm.script(`basename "$(readlink -f ${BASE}/current)"`)).stdout.trim();
}

describe('host upgrade', () => {
  test('changes the program under a session that goes on, and back', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
    await laptop.chat('dev', 'chat');
    const first = await currentVersion(vm);
    const env = otherRelease(laptop);
    const begin = performance.now();
    const { hosts } = await laptop.json<Upgraded>(['host', 'upgrade', 'dev'], { env });
    console.log(`upgrade: ${Math.round(performance.now() - begin)} ms`);
    expect(hosts).toMatchObject([{ name: 'dev', replaced: first, uploaded: true }]);
    const second = await currentVersion(vm);
    expect(second).not.toBe(first);
    await laptop.goesOn('chat');
    const back = await laptop.ok(['host', 'upgrade', 'dev']);
    expect(back).toMatch(new RegExp(`^dev: berthd \\S+ runs, in the place of ${second}\n$`));
    expect(await currentVersion(vm)).toBe(first);
    await laptop.goesOn('chat');
    const same = await laptop.json<Upgraded>(['host', 'upgrade', 'dev']);
    expect(same.hosts).toMatchObject([{ name: 'dev', replaced: null, uploaded: false }]);
    await laptop.goesOn('chat');
  });

  test('goes back by itself from a version that does not serve', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
    await laptop.chat('dev', 'chat');
    const before = await currentVersion(vm);
    await vm.script(`ln -s versions/${before} ${BASE}/good`);
    const begin = performance.now();
    const bad = await laptop.berth(['host', 'upgrade', 'dev'], { env: badRelease(laptop) });
    console.log(`upgrade and back: ${Math.round(performance.now() - begin)} ms`);
    expect(bad).toMatchObject({ code: 3, stdout: '' });
    expect(bad.stderr).toMatch(
      /^berth: cannot set up host dev: berthd \S+ does not run: .*\n {2}hint: .*\n$/,
    );
    expect(bad.stderr).toContain(`the host runs ${before} again`);
    const tried = (await vm.script(`ls -t ${BASE}/versions`)).stdout
      .split('\n')
      .find((name) => name !== before);
    expect(bad.stderr).toContain(`berthd ${tried} does not run`);
    expect(await currentVersion(vm)).toBe(before);
    await laptop.goesOn('chat');
    expect((await laptop.berth(['host', 'doctor', 'dev'])).code).toBe(0);
  });

  test('of all does what can be done, and tells of the rest', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const off = await lab.host('off', { sudo: true });
    const on = await lab.host('on', { sudo: true });
    for (const vm of [off, on]) await laptop.ok(['host', 'add', vm.name, `dev@${vm.address}`]);
    const before = await currentVersion(on);
    await off.powerCut();
    const env = { ...otherRelease(laptop), BERTH_CONNECT_TIMEOUT: '5s' };
    const begin = performance.now();
    const { code, stdout, stderr } = await laptop.berth(['host', 'upgrade', '--all', '--json'], { env });
    console.log(`upgrade --all with one off: ${Math.round(performance.now() - begin)} ms`);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ hosts: [{ name: 'on', replaced: before, uploaded: true }] });
    expect(JSON.parse(stderr)).toMatchObject({ error: { host: 'off' } });
  });
});
