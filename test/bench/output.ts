/** All of a long transcript over ssh: through berth, and by `cat`. */
import { statSync } from 'node:fs';
import { BERTH } from '../support/programs.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, totalOf } from './measure.ts';

/** 8 MB, with the two bytes that a terminal makes of each end of line. */
const PRINTS = 'head -c 5846000 /dev/urandom | base64 -w 76';
const LONGEST_RATIO = 2;

export async function output(bench: Bench, { sandbox, ssh, transcript }: SshHost): Promise<void> {
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', PRINTS]);
  await until(async () => (await sandbox.json<{ state: string }>(['show', id])).state === 'completed', {
    what: 'the output is whole',
    deadlineMs: 30_000,
    everyMs: 200,
  });
  const { env } = sandbox;
  const { size } = statSync(transcript(id));
  const whole = (stdout: Buffer) => stdout.length === size;
  const read = [...BERTH, 'output', '--raw', '--since-offset', '0', id];
  const [berth, cat, nothing] = await byTurns(bench, 20, [
    () => totalOf({ argv: read, env }, whole),
    () => totalOf({ argv: [...ssh(), `cat ${transcript(id)}`], env }, whole),
    () => totalOf({ argv: read.with(-2, String(size)), env }, (stdout) => stdout.length === 0),
  ]);
  const ratio = berth.median / cat.median;
  bench.report({
    what: `\`berth output --raw --since-offset 0\`, ${(size / 1e6).toFixed(1)} MB, warm ssh tunnel`,
    figure: `${ms(berth)}, of which ${nothing.median.toFixed(0)} ms with nothing to print`,
    peer: `\`ssh HOST cat\`, warm master: ${ms(cat)}`,
    ratio: `${ratio.toFixed(2)} times`,
    bound: `at most ${LONGEST_RATIO} times`,
    holds: ratio <= LONGEST_RATIO,
  });
}
