/** `berth host add` broken off at every stage: the same command again finds its way to the end. */
import { describe, expect, test } from 'vitest';
import type { LabHost } from '../support/lab/host.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { until } from '../support/until.ts';

const VERSIONS = '/home/dev/.local/lib/berth/versions';
const TWO_LINES = expect.stringMatching(/^berth: .*\n {2}hint: .*\n$/);
const HELD = '/home/dev/.held';

/**
 * The first time that somebody calls systemctl with the word, it waits until the set-up is let go on.
 * Resolves with a function that resolves once it waits.
 */
async function holdUp(vm: LabHost, word: string): Promise<() => Promise<void>> {
  await vm.script(`
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
case " $* " in *' ${word} '*)
  if mkdir ${HELD}-once 2>/dev/null; then
    mkdir ${HELD}
    while [ -e ${HELD} ]; do sleep 0.05; done
  fi ;;
esac
exec /usr/bin/systemctl "$@"
END
chmod 755 /usr/local/bin/systemctl`);
  return async () => {
    const held = () => vm.script(`test -e ${HELD}`).then(() => true);
    await until(held, { what: 'the set-up is held up', deadlineMs: 60_000 });
  };
}

async function letGo(vm: LabHost): Promise<void> {
  await vm.script(`rmdir ${HELD}`);
}

/** Bytes of the program that have arrived so far. */
async function arrived(vm: LabHost): Promise<number> {
  const script = `stat -c %s ${VERSIONS}/.new-*/berthd 2>/dev/null || echo 0`;
  return Number((await vm.script(script)).stdout);
}

const SIZE_OF_MUCH = 5e6;

/** The command again, and all that it leads to. */
async function completes(laptop: Laptop, vm: LabHost): Promise<void> {
  const begin = performance.now();
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`], { timeoutMs: 90_000 });
  console.log(`the second time: ${Math.round(performance.now() - begin)} ms`);
  expect(await laptop.ok(['start', '--host', 'dev', '--follow', '--', 'echo', 'hello'])).toContain('hello');
  expect((await vm.script(`ls -A ${VERSIONS}`)).stdout).toMatch(/^\d+\.\d+\.\d+\S*-[0-9a-f]{12}\n$/);
  expect((await vm.script('systemctl --user -M dev@ is-active berthd.service')).stdout).toBe('active\n');
  expect(laptop.remotes).toContain(`host: ${vm.address}`);
}

describe('host add that is broken off', () => {
  test('by the end of the client in the middle of the upload', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await until(async () => (await arrived(vm)) > SIZE_OF_MUCH, { what: 'upload under way', everyMs: 5 });
    add.kill('SIGKILL');
    expect(await add.finished).toMatchObject({ signal: 'SIGKILL' });
    expect(laptop.remotes).toBe('');
    await completes(laptop, vm);
  });

  test('by Ctrl-C in the middle of the upload', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await until(async () => (await arrived(vm)) > SIZE_OF_MUCH, { what: 'upload under way', everyMs: 5 });
    add.kill('SIGINT');
    const { code, stderr } = await add.finished;
    expect({ code, stderr }).toEqual({ code: 130, stderr: TWO_LINES });
    await completes(laptop, vm);
  });

  test('by a cut cable in the middle of the upload', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await until(async () => (await arrived(vm)) > SIZE_OF_MUCH, { what: 'upload under way', everyMs: 5 });
    vm.cut();
    const cut = performance.now();
    const { code, stderr } = await add.finished;
    console.log(`gave up ${Math.round(performance.now() - cut)} ms after the cut`);
    expect({ code, stderr }).toEqual({ code: 3, stderr: TWO_LINES });
    vm.mend();
    await completes(laptop, vm);
  });

  test('by the end of the client while the host sets itself up', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const held = await holdUp(vm, 'daemon-reload');
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await held();
    add.kill('SIGKILL');
    await add.finished;
    // The set-up on the host and the second command go on side by side.
    await letGo(vm);
    await completes(laptop, vm);
  });

  test('by a power cut while the host sets itself up', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    const held = await holdUp(vm, 'daemon-reload');
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await held();
    await vm.powerCut();
    const { code, stderr } = await add.finished;
    expect({ code, stderr }).toEqual({ code: 3, stderr: TWO_LINES });
    await vm.boot();
    await completes(laptop, vm);
  });

  test('by the end of the client before it notes the host', async () => {
    await using lab = await openLab();
    await using laptop = new Laptop(lab);
    const vm = await lab.host('vm1', { sudo: true });
    // The first look at the health of the agent is held up: it runs, and nobody was told.
    const held = await holdUp(vm, '--property=MainPID');
    const add = laptop.spawn(['host', 'add', 'dev', `dev@${vm.address}`]);
    await held();
    const pid = 'systemctl --user -M dev@ show --property MainPID --value berthd.service';
    expect(Number((await vm.script(pid)).stdout)).toBeGreaterThan(1);
    add.kill('SIGKILL');
    await add.finished;
    expect(laptop.remotes).toBe('');
    await letGo(vm);
    await completes(laptop, vm);
  });
});
