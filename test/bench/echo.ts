/** A key from the terminal to a session and back: attached by berth, and by tmux itself. */
import { BERTH } from '../support/programs.ts';
import { startedId } from '../support/started.ts';
import { EchoTerminal } from './echo-terminal.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, type Spread } from './measure.ts';

/** As a full-screen program has it: each byte is read when typed, and answered. */
export const ECHOES = ['sh', '-c', 'stty raw -echo; exec cat'];
const SAMPLES = 300;
const MOST_MS = 1.5;

export async function echo(bench: Bench, { sandbox, ssh, tmuxSocket }: SshHost): Promise<void> {
  const start = (host: string) => startedId(sandbox, ['start', '--json', '--host', host, '--', ...ECHOES]);
  // A session each: two terminals on one session would have it painted twice.
  const [overSsh, peer, local] = [await start('dev'), await start('dev'), await start('local')];
  const env = { ...sandbox.env, TERM: 'xterm-256color' };
  const attach = `tmux -u -S ${tmuxSocket(peer)} attach -t main`;
  using berthOverSsh = new EchoTerminal({ argv: [...BERTH, 'attach', overSsh], env });
  using berthLocal = new EchoTerminal({ argv: [...BERTH, 'attach', local], env });
  using plainSsh = new EchoTerminal({ argv: [...ssh('-t'), attach], env });
  for (const terminal of [berthOverSsh, berthLocal, plainSsh]) await terminal.ready();
  const [there, here, plain] = await byTurns(bench, SAMPLES, [
    () => berthOverSsh.key(),
    () => berthLocal.key(),
    () => plainSsh.key(),
  ]);
  const row = (what: string, figure: Spread) => {
    const more = figure.median - plain.median;
    bench.report({
      what,
      figure: ms(figure),
      peer: `\`ssh -t HOST tmux attach\`, warm master: ${ms(plain)}`,
      ratio: `${more.toFixed(2)} ms more`,
      bound: `at most ${MOST_MS} ms more`,
      holds: more <= MOST_MS,
    });
  };
  row('key to echo, `berth attach` over the ssh tunnel', there);
  row('key to echo, `berth attach` to the local agent', here);
}
