/** The flags of `berth pool`. What makes machines hosts is seen in test/lab/pool.test.ts. */
import { expect } from 'vitest';
import { createSandbox } from '../../support/sandbox.ts';
import { StandInProvider } from '../../support/stand-in-provider.ts';

async function withProvider() {
  const sandbox = createSandbox();
  const provider = new StandInProvider(sandbox);
  const pool = (...args: string[]) => sandbox.berth(['pool', ...args]);
  return { sandbox, provider, pool, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() };
}

export const POOL_FLAGS: Readonly<Record<string, () => Promise<void>>> = {
  'pool --provider': async () => {
    await using at = await withProvider();
    at.provider.machines = [{ name: 'a' }];
    expect((await at.pool('list', '--provider', 'cloud')).stdout).toMatch(/^MACHINE .*\na +cloud +no host/);
    expect((await at.pool('list', '--provider', 'claud')).stderr).toMatch(/did you mean cloud\?/);
    expect((await at.pool('create', 'x', '--provider', 'static')).code).toBe(2);
    expect((await at.pool('sizes', '--provider', 'cloud')).code).toBe(2);
  },
  'pool --size': async () => {
    await using at = await withProvider();
    const dry = await at.pool('scale', '2', '--size', 'xl', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: 'would create cloud-xl-1, cloud-xl-2\n' });
  },
  'pool --region': async () => {
    await using at = await withProvider();
    expect((await at.pool('prices', '--region', 'moon')).stdout).toMatch(/cloud +l +moon +128 GiB +\$0\.125/);
  },
  'pool --idle': async () => {
    await using at = await withProvider();
    expect((await at.pool('prune', '--idle', 'long')).code).toBe(2);
    expect((await at.pool('prune', '--idle', '1h')).stdout).toBe('no machine has idled for so long\n');
    expect((await at.pool('list', '--idle', '1h')).code).toBe(2);
  },
  'pool --dry-run': async () => {
    await using at = await withProvider();
    at.provider.machines = [{ name: 'cloud-vm-1', state: 'stopped' }];
    const { stdout } = await at.pool('scale', '2', '--dry-run');
    expect(stdout).toBe('would start cloud-vm-1\nwould create cloud-vm-2\n');
    expect(at.provider.names).toEqual(['cloud-vm-1']);
  },
  // A machine that is no host: nobody knows of a session there.
  'pool --yes': async () => {
    await using at = await withProvider();
    at.provider.machines = [{ name: 'a' }, { name: 'b' }];
    expect(await at.pool('delete', 'a')).toMatchObject({ code: 2, stdout: '' });
    expect(await at.pool('delete', 'a', '--yes')).toMatchObject({ code: 0, stdout: 'a is deleted\n' });
    const terminal = at.sandbox.berthTerminal(['pool', 'delete', 'b']);
    await terminal.waitForScreen(/delete b with all that is there\? \[y\/N\]/);
    terminal.type('n');
    terminal.press('Enter');
    expect(await terminal.waitForExit()).toBe(1);
    expect(at.provider.names).toEqual(['b']);
  },
  'pool --force': async () => {
    await using at = await withProvider();
    at.provider.machines = [{ name: 'a', address: 'gone.invalid' }];
    at.sandbox.writeConfig('remotes.yaml', 'remotes:\n  - {name: a, host: gone.invalid, provider: cloud}\n');
    // A host that does not answer may run anything.
    const refused = await at.pool('delete', 'a', '--yes');
    expect(refused).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/nobody can tell what runs on a/),
    });
    expect(await at.pool('delete', 'a', '--yes', '--force')).toMatchObject({
      code: 0,
      stdout: 'a is deleted\n',
    });
  },
};
