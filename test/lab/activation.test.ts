/** Socket activation: a call that finds no agent starts it, and one that finds it restarting waits. */
import { expect, test } from 'vitest';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';

const SYSTEMCTL = ['systemctl', '--user'];

test('calls wait in the socket while there is no agent, and start it', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
  const dev = { user: 'dev', check: true } as const;
  const state = async () =>
    (await vm.run([...SYSTEMCTL, 'is-active', 'berthd.service'], { user: 'dev' })).stdout.trim();

  await vm.run([...SYSTEMCTL, 'stop', 'berthd.service'], dev);
  expect(await state()).toBe('inactive');
  await laptop.ok(['start', '--host', 'dev', '--name', 'woken', '--', 'sleep', '1000']);
  expect(await state()).toBe('active');

  // Twenty calls into restarts: none is refused, each is answered by the agent before or the one after.
  const calls = Array.from({ length: 20 }, () => laptop.berth(['list', '--host', 'dev', '--format', 'ids']));
  for (let restart = 0; restart < 3; restart++)
    await vm.run([...SYSTEMCTL, 'restart', 'berthd.service'], dev);
  const answers = await Promise.all(calls);
  expect(answers.filter(({ code, stdout }) => code === 0 && stdout.startsWith('sess-'))).toHaveLength(20);
  console.log('activation: 20 calls into 3 restarts, 20 answered');
});
