/** `berth list` of eight hosts beside one, over ssh; and with one of them dead. */
import { join } from 'node:path';
import { ROOT } from '../support/programs.ts';
import { createSandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { shows } from './list.ts';
import { type Bench, byTurns, ms, totalOf } from './measure.ts';

const LAUNCHER = join(ROOT, 'berth');
const HOSTS = 8;
const ROUNDS = 20;
const DEAD_ROUNDS = 3;
const LONGEST_RATIO = 1.5;
const DEADLINE_MS = 1000;
/** What a machine takes more or less from one run to the next. */
const SLACK_MS = 50;

export async function fleetList(bench: Bench): Promise<void> {
  await using sandbox = createSandbox();
  await using cleanup = new AsyncDisposableStack();
  const names = Array.from({ length: HOSTS }, (_, index) => `vm${index + 1}`);
  const sshds: TestSshd[] = [];
  for (const name of names) {
    bench.signal.throwIfAborted();
    await sandbox.startAgent({ name });
    sshds.push(cleanup.use(await TestSshd.start(sandbox, { name })));
  }
  configureHosts(
    sandbox,
    sshds.map((sshd) => ({ sshd })),
  );
  for (const host of names)
    await startedId(sandbox, ['start', '--json', '--host', host, '--', 'sleep', '1000']);
  const env = { ...sandbox.env, BERTH_FANOUT_TIMEOUT: `${DEADLINE_MS}ms` };
  const list = (hosts: readonly string[]) => {
    const argv = [LAUNCHER, 'list', ...hosts.flatMap((host) => ['--host', host])];
    return totalOf({ argv, env }, shows(hosts.length));
  };
  const [one, all] = await byTurns(bench, ROUNDS, [() => list(names.slice(0, 1)), () => list(names)]);
  const ratio = all.median / one.median;
  bench.report({
    what: `\`./berth list\` of ${HOSTS} hosts, warm ssh tunnels`,
    figure: ms(all),
    peer: `of 1 host: ${ms(one)}`,
    ratio: `${ratio.toFixed(2)} times`,
    bound: `at most ${LONGEST_RATIO} times`,
    holds: ratio <= LONGEST_RATIO,
  });

  // Its kernel accepts, and nobody answers. Its row is told from what was last known of it.
  sshds.at(-1)?.freeze(true);
  const [dead] = await byTurns(bench, DEAD_ROUNDS, [() => list(names)], { warmUp: 1 });
  const more = dead.median - all.median;
  bench.report({
    what: `the same with one host dead, and ${DEADLINE_MS / 1000} s for each host (\`fanout_timeout\`)`,
    figure: ms(dead),
    peer: `of ${HOSTS} hosts that answer: ${ms(all)}`,
    ratio: `${more.toFixed(0)} ms more`,
    bound: 'at most its deadline more',
    holds: more <= DEADLINE_MS + SLACK_MS,
  });
}
