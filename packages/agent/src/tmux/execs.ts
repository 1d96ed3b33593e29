/**
 * Commands beside sessions: children of the session's own tmux server, and so in its unit, within
 * its limits, and gone with it. Invariants:
 * - tmux starts nothing but a runner of ours that lets go of it at once: no output of a command, nor
 *   its end, ever shows in a pane;
 * - words of users reach the runner in a file of its own directory (0700, on tmpfs), never as
 *   arguments or formats of tmux;
 * - the runner sees by a pipe that the agent is gone, and ends the command then.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { ExecSpec, Execs, OpenPty, ProcessTable, RunningExec } from '../sessions/exec-port.ts';
import { tmuxCall } from './call.ts';
import { makePipes, readEnd, writeEnd } from './exec-pipes.ts';
import { execScript, quoted } from './exec-script.ts';
import { RunningCommand } from './running-command.ts';

export interface TmuxExecsOptions {
  readonly tmux: string;
  /** Path of exec-run.sh. */
  readonly runner: string;
  /** Private, on tmpfs where the machine has one. */
  readonly directory: string;
  readonly processes: Pick<ProcessTable, 'startedBy'>;
  readonly openPty: (size: { columns: number; rows: number }) => OpenPty;
}

const PIPES = ['in', 'out', 'err', 'told', 'hold'];
const BEGIN_MS = 10_000;

/** What is in `directory` is of an agent that is no more: its commands have ended with it. */
export async function createTmuxExecs(options: TmuxExecsOptions): Promise<Execs> {
  const call = tmuxCall(options.tmux);
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(options.directory, { mode: 0o700 });
  /** The next command's, so that it need not wait for them. */
  let spare: Promise<string> | null = null;

  async function prepare(): Promise<string> {
    const directory = path.join(options.directory, randomBytes(8).toString('hex'));
    await mkdir(directory, { mode: 0o700 });
    await makePipes(directory, PIPES);
    return directory;
  }

  async function takeDirectory(): Promise<string> {
    const taken = await (spare ?? prepare());
    spare = prepare();
    // The next one tries again, and tells.
    spare.catch(() => {
      spare = null;
    });
    return taken;
  }

  async function start(spec: ExecSpec): Promise<RunningExec> {
    const inside = await stat(spec.directory).catch(() => null);
    if (!inside?.isDirectory()) {
      const message = `cannot run a command in ${spec.directory}: it is no directory`;
      throw new BerthError('FILE_NOT_FOUND', message);
    }
    const directory = await takeDirectory();
    const mark = `BERTH_EXEC_ID=${path.basename(directory)}`;
    const pipe = (name: string) => path.join(directory, name);
    const pty = spec.terminal && options.openPty(spec.terminal);
    const command = new RunningCommand({
      mark,
      processes: options.processes,
      told: readEnd(pipe('told')),
      hold: writeEnd(pipe('hold')),
      ends: pty ?? { input: writeEnd(pipe('in')), out: readEnd(pipe('out')), err: readEnd(pipe('err')) },
    });
    try {
      const env = { ...spec.env, BERTH_EXEC_ID: path.basename(directory) };
      await writeFile(pipe('what'), execScript({ ...spec, env }), { mode: 0o600 });
      const line = runnerLine([options.runner, directory, ...(pty ? [pty.tty] : [])], spec.sessionId);
      await call(spec.paths, ['run-shell', '-b', line]);
      await command.begun(BEGIN_MS);
      return command;
    } catch (error) {
      await command[Symbol.asyncDispose]();
      const message = `cannot run a command in ${spec.sessionId}: ${messageOf(error)}`;
      throw new BerthError('EXEC_FAILED', message, { cause: error });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  return { start };
}

/** For a shell that lets go of it at once; formats of tmux (`#{…}`) do not expand in it. */
function runnerLine(words: readonly string[], sessionId: string): string {
  const clean = ['env', '-i', 'PATH=/usr/local/bin:/usr/bin:/bin', `BERTH_SESSION_ID=${sessionId}`];
  const argv = [...clean, 'setsid', '-f', '/bin/sh', ...words];
  return `exec ${argv.map(quoted).join(' ')} </dev/null >/dev/null 2>&1`.replaceAll('#', '##');
}
