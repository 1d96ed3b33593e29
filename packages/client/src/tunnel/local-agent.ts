/** The agent of this machine: found, or started in the background. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { Paths } from '../config/paths.ts';
import { installedAgent } from './installed-agent.ts';
import { accepts } from './socket.ts';

export interface LocalAgentOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  /** Told once, in one line, when an agent was started. */
  readonly notice: (text: string) => void;
  /** Nobody waits for it any more: it starts all the same. */
  readonly signal: AbortSignal;
}

const START_MS = 15_000;
const LOOK_MS = 10;

/** Resolves when the agent's socket accepts. Throws AGENT_START_FAILED with the agent's last word. */
export async function ensureLocalAgent(options: LocalAgentOptions): Promise<string> {
  const { paths, env, notice } = options;
  const socket = paths.agentSocket;
  if (await accepts(socket)) return socket;
  if (process.platform !== 'linux') {
    throw new BerthError('AGENT_MISSING', 'sessions cannot run on this machine: berthd is for Linux', {
      hint: 'name a Linux host in remotes.yaml',
    });
  }
  makeDirectory(paths.stateDir);
  const log = path.join(paths.stateDir, 'berthd.log');
  const argv = [...agentProgram(env), 'serve'];
  const underSystemd = await startUnderSystemd(argv, env);
  const child = underSystemd ? null : startDetached(argv, { log, env });
  const deadline = performance.now() + START_MS;
  while (!(await accepts(socket))) {
    // Two clients at once start two agents; the second refuses to run beside the first.
    if (child?.ended() !== undefined && child.ended() !== 7) throw startFailed(log, child.ended());
    if (performance.now() > deadline) throw startFailed(log, undefined);
    options.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (child?.ended() === undefined) {
    notice(`started berthd on this machine (log: ${underSystemd ? 'journalctl --user -u berthd' : log})`);
  }
  return socket;
}

/** BERTH_AGENT is a path, or a JSON array with program and arguments. */
function agentProgram(env: NodeJS.ProcessEnv): string[] {
  const given = env.BERTH_AGENT;
  if (given?.startsWith('[')) return JSON.parse(given) as string[];
  if (given) return [given];
  if (isSea()) return [installedAgent({ env, executable: process.execPath })];
  const bundle = fileURLToPath(new URL('../../agent/dist/berthd.cjs', import.meta.url));
  return [process.execPath, '--disable-warning=ExperimentalWarning', bundle];
}

function startDetached(argv: readonly string[], at: { log: string; env: NodeJS.ProcessEnv }) {
  const [program = '', ...args] = argv;
  const log = openSync(at.log, 'a', 0o600);
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/', env: at.env });
  closeSync(log);
  child.unref();
  let code: number | undefined;
  child.once('exit', (status) => {
    code = status ?? 1;
  });
  child.once('error', () => {
    code = 1;
  });
  return { ended: () => code };
}

/** False where the user has no systemd that would take it. */
async function startUnderSystemd(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!env.XDG_RUNTIME_DIR || env.BERTH_NO_SYSTEMD) return false;
  const run = promisify(execFile);
  try {
    await run('systemctl', ['--user', 'show', '--property=Version'], { env, timeout: 2000 });
  } catch {
    return false;
  }
  const passed = Object.entries(env).filter(([name]) => /^(BERTHD_|XDG_|LANG$|LC_|PATH$)/.test(name));
  const settings = [
    'Type=notify',
    'NotifyAccess=all',
    'Restart=on-failure',
    'KillMode=mixed',
    'OOMScoreAdjust=-100',
  ];
  try {
    await run(
      'systemd-run',
      [
        ...['--user', '--quiet', '--collect', '--no-block', '--unit=berthd', '--description=Berth agent'],
        ...settings.map((setting) => `--property=${setting}`),
        ...passed.map(([name, value]) => `--setenv=${name}=${value ?? ''}`),
        ...['--', ...argv],
      ],
      { env, timeout: START_MS },
    );
    return true;
  } catch (error) {
    if (!/already (loaded|exists)/.test(String((error as { stderr?: string }).stderr))) return false;
    // Another client's start won the race for the name, or the agent's own unit has it.
    await run('systemctl', ['--user', '--no-block', 'start', 'berthd.service'], { env, timeout: START_MS });
    return true;
  }
}

function startFailed(log: string, code: number | undefined): BerthError {
  let lines: string[] = [];
  try {
    lines = readFileSync(log, 'utf8').trim().split('\n').slice(-2);
  } catch {
    // It wrote nothing.
  }
  const last = lines.filter((line) => !line.startsWith('  hint:') && !line.startsWith('{')).at(-1);
  const hint = lines.find((line) => line.startsWith('  hint:'))?.slice('  hint: '.length);
  const why = last
    ? oneLine(last)
    : code === undefined
      ? 'it does not answer'
      : `it ended with exit code ${code}`;
  return new BerthError('AGENT_START_FAILED', `cannot start berthd on this machine: ${why}`, {
    hint: hint ? oneLine(hint) : `see its log: ${log}`,
  });
}
