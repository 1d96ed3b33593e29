/** Promises 2 to 5: the agent is ended by SIGKILL, by the watchdog and by the kernel for memory; whoever uses it goes on. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { Crowd } from '../support/lab/crowd.ts';
import { openSite, type Site } from '../support/lab/site.ts';
import type { Finished } from '../support/running.ts';
import { until } from '../support/until.ts';

const SIZE = { sessions: 3, followers: 1 };

/** Ids of sessions that have left something on the host's disk. */
function onDisk(site: Site): string[] {
  const directory = dirname(site.file('x', ''));
  return existsSync(directory) ? readdirSync(directory) : [];
}

function startedBy({ stdout }: Finished): string {
  const { sessions } = JSON.parse(stdout) as { sessions: { session_id: string }[] };
  return sessions[0]?.session_id ?? '';
}

/** The agent's end as systemd has it, oldest first, since the host was booted. */
async function endings(site: Site): Promise<string[]> {
  const { stdout } = await site.vm.run(
    ['journalctl', '--user', '--unit', 'berthd', '--output', 'cat', '--no-pager'],
    { user: 'dev', check: true },
  );
  return [...stdout.matchAll(/Failed with result '([a-z-]+)'/g)].map(([, result]) => result ?? '');
}

it('survives SIGKILL, also in the middle of a start', async () => {
  await using site = await openSite();
  await using crowd = await Crowd.gather(site, SIZE);
  const started: string[] = [];
  for (let round = 1; round <= 5; round++) {
    const agent = await site.agentPid();
    const before = new Set(onDisk(site));
    const start = ['start', '--host', 'vm1', '--json', '--request-id', `request-${round}`, '-m', '32M'];
    const argv = [...start, '--', 'sleep', '1000'];
    await using starting = site.sandbox.spawnBerth(argv);
    await until(() => onDisk(site).some((id) => !before.has(id)), {
      what: 'the agent is at work on the start',
      deadlineMs: 30_000,
      everyMs: 1,
    });
    await site.vm.run(['kill', '-9', String(agent)], { check: true });
    crowd.type(`typed after death ${round}`);
    const answered = await starting.finished;
    expect(answered).toMatchObject({ code: 0 });
    await site.nextAgent(agent);
    const again = await site.sandbox.berth(argv);
    expect(again).toMatchObject({ code: 0 });
    expect(startedBy(again)).toBe(startedBy(answered));
    started.push(startedBy(answered));
    await crowd.checkAlive();
  }
  const sleepers = (await site.sessions()).filter(({ session_id }) => started.includes(session_id));
  expect(sleepers.map(({ status }) => status)).toEqual(Array(5).fill('running'));
  // Of the crowd there are one more than print.
  expect(await site.sessions()).toHaveLength(5 + SIZE.sessions + 1);
  expect(await endings(site)).toEqual(Array(5).fill('signal'));
  const figures = await crowd.finish();
  console.log(`5 deaths by SIGKILL in the middle of 5 starts: 5 sessions started, 0 twice; ${figures}`);
}, 300_000);

it('survives the watchdog', async () => {
  await using site = await openSite();
  await site.dropIn('[Service]\nWatchdogSec=3s\n');
  await site.systemctl('restart', 'berthd.service');
  await using crowd = await Crowd.gather(site, SIZE);
  for (let round = 1; round <= 2; round++) {
    const agent = await site.agentPid();
    await site.vm.run(['kill', '-STOP', String(agent)], { check: true });
    crowd.type(`typed while the agent hung ${round}`);
    await site.nextAgent(agent);
    await crowd.checkAlive();
  }
  expect(await endings(site)).toEqual(['watchdog', 'watchdog']);
  console.log(`2 deaths by the watchdog: ${await crowd.finish()}`);
}, 300_000);

/**
 * Puts the agent into a group with hardly more memory than it has, and calls it until the kernel
 * ends it. On the legacy layout a user's manager cannot limit memory, so root does it here by hand;
 * what ends the agent is the same OOM killer.
 */
async function endByMemory(site: Site, agent: number): Promise<void> {
  const group = '/sys/fs/cgroup/memory/agent';
  await site.vm.script(
    `mkdir -p ${group}; cd ${group}; echo 3 >memory.move_charge_at_immigrate; echo ${agent} >cgroup.procs;
     echo $(($(cat memory.usage_in_bytes) + 262144)) >memory.limit_in_bytes`,
  );
  const killed = async () => {
    await site.sandbox.berth(['list', '--all']);
    return /^oom_kill [1-9]/m.test((await site.vm.script(`cat ${group}/memory.oom_control`)).stdout);
  };
  await until(killed, { what: 'the kernel ended the agent for memory', deadlineMs: 60_000 });
  await until(async () => (await site.vm.script(`rmdir ${group}`, { check: false })).code === 0, {
    what: 'the group is gone',
  });
}

it('survives being ended by the kernel for memory', async (context) => {
  await using site = await openSite();
  if (!(await site.vm.run(['test', '-e', '/sys/fs/cgroup/memory/cgroup.procs'])).code) {
    await using crowd = await Crowd.gather(site, SIZE);
    for (let round = 1; round <= 2; round++) {
      const agent = await site.agentPid();
      await endByMemory(site, agent);
      crowd.type(`typed after death ${round}`);
      await site.nextAgent(agent);
      await crowd.checkAlive();
    }
    expect(await endings(site)).toEqual(['signal', 'signal']);
    console.log(`2 deaths for memory: ${await crowd.finish()}`);
  } else context.skip('needs the legacy cgroup layout, in which root can put the agent into a group by hand');
}, 300_000);
