/** `berth exec SESSION true`, beside a session on a warm tunnel, and `ssh HOST true` on a warm master. */
import { BERTH } from '../support/programs.ts';
import { startedId } from '../support/started.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, totalOf } from './measure.ts';

const ROUNDS = 20;
const LONGEST_RATIO = 4;

export async function exec(bench: Bench, { sandbox, ssh }: SshHost): Promise<void> {
  const { env } = sandbox;
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  const nothing = (stdout: Buffer) => stdout.length === 0;
  const [plain, berth] = await byTurns(bench, ROUNDS, [
    () => totalOf({ argv: [...ssh(), 'true'], env }, nothing),
    () => totalOf({ argv: [...BERTH, 'exec', `dev:${id}`, 'true'], env }, nothing),
  ]);
  const ratio = berth.median / plain.median;
  bench.report({
    what: '`berth exec SESSION true`, warm ssh tunnel',
    figure: ms(berth),
    peer: `\`ssh HOST true\`, warm master: ${ms(plain)}`,
    ratio: `${ratio.toFixed(2)} times`,
    bound: `at most ${LONGEST_RATIO} times`,
    holds: ratio <= LONGEST_RATIO,
  });
  await sandbox.berth(['kill', id, '--grace', '0s']);
}
