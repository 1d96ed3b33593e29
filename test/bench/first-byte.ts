/** From typing `berth start --follow` to the first byte that the session printed. */
import { BERTH } from '../support/programs.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, type Spawned, timed } from './measure.ts';

const LONGEST_MS = 250;

export async function firstByte(bench: Bench, { sandbox, ssh }: SshHost): Promise<void> {
  const { env } = sandbox;
  const [berth, plain] = await byTurns(bench, 20, [
    // Whoever runs this stands in a repository, which a start would take along.
    () =>
      firstOf({
        argv: [...BERTH, 'start', '--no-repo', '--host', 'dev', '--follow', '--', 'echo', 'x'],
        env,
      }),
    () => firstOf({ argv: [...ssh(), 'echo x'], env }),
  ]);
  bench.report({
    what: '`berth start --follow -- echo x`, warm ssh tunnel, spawn of the client to the first byte of output',
    figure: ms(berth),
    peer: `\`ssh HOST echo x\`, warm master, no session: ${ms(plain)}`,
    ratio: `${(berth.median / plain.median).toFixed(1)} times`,
    bound: `at most ${LONGEST_MS} ms`,
    holds: berth.median <= LONGEST_MS,
  });
}

/** Standard output must be the session's alone: a remark of the client's would come earlier. */
async function firstOf(spawned: Spawned): Promise<number> {
  const { firstByteMs, stdout } = await timed(spawned);
  if (stdout.toString().trim() === 'x') return firstByteMs;
  throw new Error(`${spawned.argv.join(' ')} printed ${JSON.stringify(stdout.toString())}`);
}
