/**
 * `npm run bench`: what Berth costs, each figure against a peer measured in the same run, written
 * into docs/benchmarks.md. Touches nothing but loopback; about three minutes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { BERTH, NODE, ROOT } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { EchoTerminal } from './echo.ts';
import { byTurns, timeOf, timeToFirstByte } from './measure.ts';

interface Row {
  readonly what: string;
  readonly figure: string;
  readonly peer: string;
  readonly ratio: string;
  readonly bound: string;
  readonly holds: boolean | null;
}

const rows: Row[] = [];

function report(row: Row): void {
  rows.push(row);
  const verdict = row.holds === null ? '' : row.holds ? '  holds' : '  MISSED';
  console.log(`${row.what}: ${row.figure}  (${row.peer})  ${row.ratio}  ${row.bound}${verdict}`);
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** The host `dev` over a real sshd, and the ssh client's own warm master to it for the peers. */
async function withSsh(sandbox: Sandbox) {
  const agent = await sandbox.startAgent({ name: 'dev', flags: ['--memory-capacity', '4G'] });
  const sshd = await TestSshd.start(sandbox, { name: 'dev' });
  const config = configureHosts(sandbox, [{ sshd }]);
  const control = join(sandbox.dir, 'peer.ctl');
  const ssh = ['ssh', '-F', config, '-o', 'ControlMaster=auto', '-o', `ControlPath=${control}`];
  const warm = [...ssh, '-o', 'ControlPersist=10m', 'dev'];
  execFileSync(warm[0] ?? '', [...warm.slice(1), 'true'], { stdio: 'ignore', env: sandbox.env });
  return { agent, sshd, warm };
}

async function startUp(sandbox: Sandbox, warm: readonly string[]): Promise<void> {
  await sandbox.startAgent();
  for (let i = 0; i < 3; i++) await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const { env } = sandbox;
  const run = (argv: readonly string[]) => () => timeOf({ argv, env });
  const launcher = join(ROOT, 'berth');
  const dev = join(sandbox.dir, 'dev/run/berth/t');
  const remote = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  const [node = 0, local = 0, overSsh = 0, tmux = 0] = await byTurns(
    25,
    run([NODE, '-e', '0']),
    run([launcher, 'list', '--local']),
    run([launcher, 'list', '--remote']),
    run([...warm, `tmux -S ${join(dev, remote)} ls`]),
  );
  report({
    what: '`berth list`, warm, local',
    figure: ms(local),
    peer: `\`node -e 0\`: ${ms(node)}`,
    ratio: `${(local / node).toFixed(2)} times`,
    bound: 'at most 3 times',
    holds: local / node <= 3,
  });
  report({
    what: '`berth list`, warm tunnel',
    figure: ms(overSsh),
    peer: `\`ssh HOST tmux ls\`, warm master: ${ms(tmux)}`,
    ratio: `${(overSsh / tmux).toFixed(2)} times`,
    bound: 'reported',
    holds: null,
  });
}

async function echo(sandbox: Sandbox, warm: readonly string[]): Promise<void> {
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'cat']);
  const env = { ...sandbox.env, TERM: 'xterm-256color' };
  const socket = join(sandbox.dir, 'dev/run/berth/t', id);
  const peer = [...warm.slice(0, -1), '-t', 'dev', `tmux -u -S ${socket} attach -t main`];
  const measure = async (argv: readonly string[]): Promise<EchoTerminal> => {
    const terminal = new EchoTerminal({ argv, env });
    await terminal.ready();
    return terminal;
  };
  // One after the other, in turns of a hundred keys: two terminals on one session would paint twice.
  const turns = async (argv: readonly string[]) => {
    using terminal = await measure(argv);
    const [p50 = 0] = await byTurns(100, () => terminal.key());
    return p50;
  };
  const own: number[] = [];
  const others: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    own.push(await turns([...BERTH, 'attach', id]));
    others.push(await turns(peer));
  }
  const [mine, theirs] = [Math.min(...own), Math.min(...others)];
  report({
    what: 'key to echo, `berth attach` over ssh, p50',
    figure: ms(mine),
    peer: `\`ssh -t HOST tmux attach\`: ${ms(theirs)}`,
    ratio: `${ms(mine - theirs)} more`,
    bound: 'at most 1.5 ms more',
    holds: mine - theirs <= 1.5,
  });
}

async function output(sandbox: Sandbox, warm: readonly string[]): Promise<void> {
  const script = 'head -c 6000000 /dev/zero | base64 -w 76';
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', script]);
  const file = join(sandbox.dir, 'dev/state/berth/sessions', id, 'transcript');
  await until(async () => (await sandbox.json<{ state: string }>(['show', id])).state === 'completed', {
    what: 'the output is whole',
    deadlineMs: 30_000,
  });
  const { env } = sandbox;
  const [mine = 0, theirs = 0] = await byTurns(
    12,
    () => timeOf({ argv: [...BERTH, 'output', id, '--raw'], env }),
    () => timeOf({ argv: [...warm, `cat ${file}`], env }),
  );
  report({
    what: `\`berth output --raw\` of ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB over ssh`,
    figure: ms(mine),
    peer: `\`ssh HOST cat\`, warm master: ${ms(theirs)}`,
    ratio: `${(mine / theirs).toFixed(2)} times`,
    bound: 'at most 2 times',
    holds: mine / theirs <= 2,
  });
}

async function firstByte(sandbox: Sandbox): Promise<void> {
  const { env } = sandbox;
  const argv = [...BERTH, 'start', '--host', 'dev', '--follow', '--', 'echo', 'x'];
  const [p50 = 0] = await byTurns(15, () => timeToFirstByte({ argv, env }));
  report({
    what: '`berth start --follow` on a warm tunnel to the first byte of output, p50',
    figure: ms(p50),
    peer: 'from the spawn of the client',
    ratio: '',
    bound: 'at most 250 ms',
    holds: p50 <= 250,
  });
}

async function memory(): Promise<void> {
  await using sandbox = createSandbox();
  const flags = ['--memory-capacity', '4G', '--default-slot', '16M'];
  const agent = await sandbox.startAgent({ flags });
  const status = () => readFileSync(`/proc/${agent.pid}/status`, 'utf8');
  const resident = () => Number(/VmRSS:\s+(\d+)/.exec(status())?.[1]) / 1024;
  const ticks = () => {
    const fields = readFileSync(`/proc/${agent.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const figures: string[] = [];
  let last = 0;
  let started = 0;
  for (const goal of [1, 50, 100]) {
    while (started < goal) {
      const more = Math.min(10, goal - started);
      const start = () => startedId(sandbox, ['start', '--json', '--', 'sleep', '100000']);
      await Promise.all(Array.from({ length: more }, start));
      started += more;
    }
    await new Promise((resolve) => setTimeout(resolve, 3000));
    last = resident();
    figures.push(`${last.toFixed(0)} MiB at ${goal}`);
  }
  report({
    what: 'agent, resident memory by idle sessions',
    figure: figures.join(', '),
    peer: '',
    ratio: '',
    bound: 'at most 130 MB at 100',
    holds: last * 1.048576 <= 130,
  });
  const before = ticks();
  const idleMs = 10_000;
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  // Ticks are hundredths of a second on Linux.
  const share = ((ticks() - before) * 10 * 100) / idleMs;
  report({
    what: 'agent, CPU with 100 idle sessions',
    figure: `${share.toFixed(1)} %`,
    peer: 'of one core, over 10 s',
    ratio: '',
    bound: 'under 1 %',
    holds: share < 1,
  });
}

function versionOf(program: string, ...args: string[]): string {
  const { stdout, stderr } = runQuietly(program, args);
  return (stdout + stderr).trim().split('\n')[0] ?? '';
}

function runQuietly(program: string, args: readonly string[]): { stdout: string; stderr: string } {
  try {
    const stdout = execFileSync('/bin/sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' });
    return { stdout, stderr: '' };
  } catch {
    return { stdout: '', stderr: 'unknown' };
  }
}

/** Replaces the table between the marks of docs/benchmarks.md. */
function writeTable(): void {
  const file = join(ROOT, 'docs/benchmarks.md');
  const header = [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, shared with other work; Linux ${release()}, ${versionOf(NODE, '--version')}, ${versionOf('tmux', '-V')}, ${versionOf('ssh', '-V').split(',')[0]}. Medians; everything on loopback.`,
    '',
    '| what | Berth | peer, same run | ratio | bound | holds |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const lines = rows.map(({ what, figure, peer, ratio, bound, holds }) => {
    const verdict = holds === null ? '' : holds ? 'yes' : '**no**';
    return `| ${[what, figure, peer, ratio, bound, verdict].join(' | ')} |`;
  });
  const table = [...header, ...lines].join('\n');
  const marked = /(<!-- begin table -->\n)[\s\S]*(\n<!-- end table -->)/;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marked, (_all, begin, end) => begin + table + end),
  );
}

async function overSsh(): Promise<void> {
  await using sandbox = createSandbox();
  const { sshd, warm } = await withSsh(sandbox);
  await using _sshd = sshd;
  await startUp(sandbox, warm);
  await echo(sandbox, warm);
  await output(sandbox, warm);
  await firstByte(sandbox);
}

await overSsh();
await memory();
writeTable();
