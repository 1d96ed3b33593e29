/** `berth list` through the launcher, as a person types it: beside Node's own start, and beside ssh. */
import { join } from 'node:path';
import { NODE, ROOT } from '../support/programs.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, totalOf } from './measure.ts';

const LAUNCHER = join(ROOT, 'berth');
const SESSIONS = 3;
const ROUNDS = 40;
const LONGEST_RATIO = 3;

/** No hosts configured: the agent of this machine alone, warm. */
export async function listLocal(bench: Bench): Promise<void> {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  for (let i = 0; i < SESSIONS; i++) await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const { env } = sandbox;
  const [node, list] = await byTurns(bench, ROUNDS, [
    () => totalOf({ argv: [NODE, '-e', '0'], env }, (stdout) => stdout.length === 0),
    () => totalOf({ argv: [LAUNCHER, 'list'], env }, shows(SESSIONS)),
  ]);
  const ratio = list.median / node.median;
  bench.report({
    what: '`./berth list`, warm local agent',
    figure: ms(list),
    peer: `\`node -e 0\`: ${ms(node)}`,
    ratio: `${ratio.toFixed(2)} times`,
    bound: `at most ${LONGEST_RATIO} times`,
    holds: ratio <= LONGEST_RATIO,
  });
}

export async function listOverSsh(bench: Bench, { sandbox, ssh, tmuxSocket }: SshHost): Promise<void> {
  let last = '';
  for (let i = 0; i < SESSIONS; i++) {
    last = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  }
  const { env } = sandbox;
  const [tmux, list] = await byTurns(bench, ROUNDS / 2, [
    () => totalOf({ argv: [...ssh(), `tmux -S ${tmuxSocket(last)} ls`], env }, (out) => out.includes('main')),
    () => totalOf({ argv: [LAUNCHER, 'list', '--host', 'dev'], env }, shows(SESSIONS)),
  ]);
  bench.report({
    what: '`./berth list`, warm ssh tunnel',
    figure: ms(list),
    peer: `\`ssh HOST tmux ls\`, warm master: ${ms(tmux)}`,
    ratio: `${(list.median / tmux.median).toFixed(2)} times`,
    bound: 'reported',
    holds: null,
  });
  for (const { session_id } of (await sandbox.json<Listed>(['list', '--host', 'dev'])).sessions) {
    await sandbox.berth(['kill', session_id, '--grace', '0s']);
  }
}

interface Listed {
  readonly sessions: readonly { readonly session_id: string }[];
}

/** This many lines begin with a session's id. */
export function shows(sessions: number): (stdout: Buffer) => boolean {
  return (stdout) => (stdout.toString().match(/^sess-/gm) ?? []).length === sessions;
}
