/** A machine from a provider and back: made, a host, worked on, deleted. The provider is the docs' example. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseDirectory } from '../support/lab/base.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { ROOT } from '../support/programs.ts';

interface Pool {
  readonly machines: readonly Record<string, unknown>[];
}

test('a machine is created, runs a session as any host, and is gone when deleted', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const { claim } = lab;
  const program = join(claim.dir, 'nspawn-provider.py');
  copyFileSync(join(ROOT, 'docs/examples/nspawn-provider.py'), program);
  // All it makes has the lab's names, so that a test that is broken off leaves nothing.
  const settings = {
    directory: join(claim.dir, 'disks', 'pool'),
    image: baseDirectory(),
    user: 'dev',
    authorized_keys: join(claim.dir, 'key.pub'),
    network: `10.214.${claim.number}`,
    group: `${claim.group}/pool`,
    prefix: `${claim.prefix}-p`,
  };
  const entry = { name: 'lab', kind: 'exec', command: ['python3', program], settings };
  laptop.sandbox.writeConfig('providers.yaml', JSON.stringify({ providers: [entry] }));
  const create = ['pool', 'create', 'ci-1', '--size', 's', '--region', 'here'];
  const made = await laptop.json<Pool>(create, { timeoutMs: 150_000 });
  expect(made.machines).toMatchObject([{ name: 'ci-1', provider: 'lab', size: 's', slots: 1 }]);
  expect(laptop.remotes).toMatch(/name: ci-1[\s\S]*provider: lab/);
  // Once more is as good as once.
  expect(await laptop.json<Pool>(create, { timeoutMs: 150_000 })).toMatchObject({
    machines: [{ name: 'ci-1' }],
  });
  const hello = await laptop.ok(['start', '--host', 'ci-1', '--follow', '--', 'echo', 'hello']);
  expect(hello).toContain('hello');
  await laptop.chat('ci-1', 'chat');
  const busy = await laptop.berth(['pool', 'delete', 'ci-1', '--yes']);
  expect(busy).toMatchObject({ code: 7, stderr: expect.stringMatching(/ci-1 runs 1 session/) });
  await laptop.goesOn('chat');
  expect(await laptop.ok(['logs', 'ci-1', '--lines', '20'])).toMatch(/ info +started /);
  await laptop.ok(['kill', 'chat']);

  await laptop.ok(['pool', 'stop', 'ci-1', '--yes']);
  expect((await laptop.json<Pool>(['pool', 'list', '--provider', 'lab'])).machines).toMatchObject([
    { name: 'ci-1', state: 'stopped' },
  ]);
  await laptop.ok(['pool', 'start', 'ci-1'], { timeoutMs: 150_000 });
  expect(await laptop.json(['host', 'show', 'ci-1'])).toMatchObject({ draining: false });
  await laptop.ok(['pool', 'prune', '--idle', '0s', '--yes']);
  expect(existsSync(join(settings.directory, 'ci-1'))).toBe(false);
  expect(laptop.remotes).not.toContain('ci-1');
  expect((await laptop.json<Pool>(['pool', 'list', '--provider', 'lab'])).machines).toEqual([]);
});
