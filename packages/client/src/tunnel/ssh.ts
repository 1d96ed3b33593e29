/**
 * The user's own OpenSSH: the only module that spells its arguments. Each host has one master of
 * ours (-N), and forwards are added to it; the user's config, keys, agent and jump hosts hold.
 */
import { type ChildProcess, type ExecFileException, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import { classify, isJumpFailure } from './ssh-failure.ts';

export interface SshOptions {
  readonly program: string;
  /** For `ssh -F`; empty: ssh's own. */
  readonly configFile: string;
  readonly connectMs: number;
  readonly controlPersistMs: number;
  readonly env: NodeJS.ProcessEnv;
  /** Nobody waits any more: whatever runs is given up, and what was asked rejects. */
  readonly signal?: AbortSignal;
}

export interface Master {
  readonly host: HostConfig;
  readonly controlPath: string;
}

const MUX_MS = 5000;
/** A few round trips, and the start of a shell. */
const CARRIES_MS = 2000;

export class Ssh {
  readonly #o: SshOptions;

  constructor(options: SshOptions) {
    this.#o = options;
  }

  static from(settings: Settings, env: NodeJS.ProcessEnv, signal?: AbortSignal): Ssh {
    const { sshProgram: program, sshConfig: configFile, connectMs, controlPersistMs } = settings;
    return new Ssh({ program, configFile, connectMs, controlPersistMs, env, ...(signal ? { signal } : {}) });
  }

  /**
   * Connects and leaves the master behind in the background. Throws what kept it from connecting.
   * Aborted, it lets ssh go on: the next client finds it connected, or still at it (`began` has its
   * number).
   */
  async startMaster(
    { host, controlPath }: Master,
    { logFile, began }: { logFile: string; began: (pid: number) => void },
  ): Promise<void> {
    const persist = Math.max(1, Math.round(this.#o.controlPersistMs / 1000));
    const args = [
      // A master of our own in the background after authentication, with nothing to run.
      ...['-M', '-N', '-f', '-S', controlPath, '-E', logFile],
      ...['-o', `ControlPersist=${persist}`],
      ...this.#connection(host),
    ];
    // ssh -f keeps what it was given as output: nothing may wait for that to close.
    const child = this.#connect(args, 'ignore');
    if (child.pid !== undefined) began(child.pid);
    const code = await exitOf(child, this.connectLimitMs(host), this.#o.signal).catch((error: unknown) => {
      throw this.#missing(error);
    });
    if (code === 0) return;
    if (code === null) throw classify(host, 'Connection timed out');
    const output = readLog(logFile);
    throw classify(host, isJumpFailure(output) ? await this.#reasonOfJump(host, output) : output);
  }

  /** ControlPersist has ssh drop what a jump host's ssh says: the same once more without it, to hear why. */
  async #reasonOfJump(host: HostConfig, otherwise: string): Promise<string> {
    const alone = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none', '-o', 'ControlPersist=no', '-T'];
    const child = this.#connect([...alone, ...this.#connection(host), 'true'], 'pipe');
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    const code = await exitOf(child, this.#o.connectMs * 2);
    if (code === null) return otherwise;
    await closed;
    return isJumpFailure(output) ? output : otherwise;
  }

  #connect(args: readonly string[], stderr: 'ignore' | 'pipe'): ChildProcess {
    return spawn(this.#o.program, args, {
      // A jump host's ssh has no BatchMode: nothing may ask the person in its stead.
      env: { ...this.#o.env, SSH_ASKPASS_REQUIRE: 'never' },
      stdio: ['ignore', 'ignore', stderr],
      // A session of its own, without the terminal: else Ctrl-C here would end the jump host's ssh.
      detached: true,
    });
  }

  /** Jump hosts connect one after the other, each within ConnectTimeout. */
  connectLimitMs(host: HostConfig): number {
    return this.#o.connectMs * (host.jumpHost ? 2 : 1) + 2000;
  }

  /** Adds `local` (a socket here) -> `remote` (a socket there) to the master. */
  async forward(master: Master, sockets: { local: string; remote: string }): Promise<void> {
    const pair = ['-L', `${sockets.local}:${sockets.remote}`];
    // A forward that the master had before counts as there, though its socket may be gone.
    await this.#mux(master, ['-O', 'cancel', ...pair]).catch(this.#unlessAborted(''));
    await this.#mux(master, ['-O', 'forward', ...pair]);
  }

  /** The master's process number; null where none answers. */
  async masterPid(master: Master): Promise<number | null> {
    const answer = await this.#mux(master, ['-O', 'check']).catch(this.#unlessAborted(''));
    const match = /pid=(\d+)/.exec(answer);
    return match ? Number(match[1]) : null;
  }

  /** It reaches the host, and the host answers. */
  async carries(master: Master): Promise<boolean> {
    const args = [...this.#throughMaster(master), 'true'];
    const options = { ...this.#running(CARRIES_MS), killSignal: 'SIGKILL' } as const;
    return await promisify(execFile)(this.#o.program, args, options).then(
      () => true,
      this.#unlessAborted(false),
    );
  }

  /** Asks the master to end. Nothing happens where none answers. */
  async stopMaster(master: Master): Promise<void> {
    await this.#mux(master, ['-O', 'exit']).catch(() => '');
  }

  /** Runs a script with the host's sh over the master; resolves with what it printed. */
  run(master: Master, script: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const args = [...this.#throughMaster(master), 'sh'];
      const child = execFile(
        this.#o.program,
        args,
        { ...this.#running(this.#o.connectMs), encoding: 'utf8' },
        (error, stdout, stderr) =>
          error ? reject(this.#reason(master.host, error, stderr)) : resolve(stdout),
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end(script);
    });
  }

  /** Runs a program over the master with its input and output as pipes. */
  dial(master: Master, argv: readonly string[]): ChildProcess {
    const command = argv.map(quoted).join(' ');
    const args = [...this.#throughMaster(master), command];
    return spawn(this.#o.program, args, { env: this.#o.env, stdio: ['pipe', 'pipe', 'ignore'] });
  }

  /** Like dial, and standard error is a pipe as well. */
  spawn(master: Master, argv: readonly string[]): ChildProcess {
    const args = [...this.#throughMaster(master), argv.map(quoted).join(' ')];
    // A session of its own: Ctrl-C here must not end what the host is in the middle of.
    return spawn(this.#o.program, args, { env: this.#o.env, stdio: 'pipe', detached: true });
  }

  /** A login over the master, or what the login shell makes of the words, on our own input and output. */
  login(master: Master, words: readonly string[], { terminal }: { terminal: boolean }): ChildProcess {
    const tty = terminal ? ['-tt'] : [];
    const args = [...tty, ...this.#throughMaster(master, terminal), ...words];
    return spawn(this.#o.program, args, { env: this.#o.env, stdio: 'inherit' });
  }

  /** How every short run of ssh is bounded. */
  #running(timeout: number) {
    const { env, signal } = this.#o;
    return { env, timeout, ...(signal ? { signal } : {}) };
  }

  #reason(host: HostConfig, error: ExecFileException, stderr: string): unknown {
    return this.#o.signal?.aborted ? this.#o.signal.reason : classify(host, said(error, stderr));
  }

  /** Given up is no answer: only what failed by itself says something of the master. */
  #unlessAborted<T>(otherwise: T): () => T {
    return () => {
      this.#o.signal?.throwIfAborted();
      return otherwise;
    };
  }

  #mux(master: Master, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(
        this.#o.program,
        [...args, ...this.#throughMaster(master)],
        { ...this.#running(MUX_MS), encoding: 'utf8' },
        // `-O check` answers on standard error.
        (error, stdout, stderr) =>
          error ? reject(this.#reason(master.host, error, stderr)) : resolve(stdout + stderr),
      );
    });
  }

  /** Over the master that is there or not at all: the user's config has had its say when it was made. */
  #throughMaster({ host, controlPath }: Master, terminal = false): string[] {
    const nowhere = ['-o', 'BatchMode=yes', '-o', 'ProxyCommand=false'];
    return [
      '-F',
      '/dev/null',
      '-S',
      controlPath,
      ...(terminal ? [] : ['-T']),
      ...nowhere,
      '--',
      host.host ?? host.name,
    ];
  }

  #connection(host: HostConfig): string[] {
    const settings = {
      BatchMode: 'yes',
      ConnectTimeout: String(Math.max(1, Math.ceil(this.#o.connectMs / 1000))),
      ServerAliveInterval: '5',
      ServerAliveCountMax: '3',
      StreamLocalBindUnlink: 'yes',
      StreamLocalBindMask: '0177',
      ExitOnForwardFailure: 'yes',
      // Of the user's own settings those that would do more than connect.
      ClearAllForwardings: 'yes',
      RequestTTY: 'no',
      RemoteCommand: 'none',
      PermitLocalCommand: 'no',
      ForwardX11: 'no',
    };
    return [
      ...(this.#o.configFile ? ['-F', expanded(this.#o.configFile, this.#o.env)] : []),
      ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
      ...(host.port === undefined ? [] : ['-p', String(host.port)]),
      ...(host.user === undefined ? [] : ['-l', host.user]),
      ...(host.key === undefined ? [] : ['-i', expanded(host.key, this.#o.env), '-o', 'IdentitiesOnly=yes']),
      ...(host.jumpHost === undefined ? [] : ['-J', host.jumpHost]),
      '--',
      host.host ?? host.name,
    ];
  }

  #missing(error: unknown): unknown {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
    return new BerthError('TOOL_MISSING', `cannot reach any host: ${this.#o.program} is not installed here`, {
      hint: 'install OpenSSH, e.g. sudo apt-get install openssh-client',
    });
  }
}

/** What ssh printed, or that its time ran out. */
function said(error: ExecFileException, stderr: string): string {
  return error.killed ? 'Connection timed out' : stderr || 'ssh gave no reason';
}

/** Null where the time ran out; the child and those it started are ended then. Aborted, it goes on alone. */
function exitOf(child: ChildProcess, ms: number, signal?: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      child.unref();
      reject(signal?.reason);
    };
    if (signal?.aborted) queueMicrotask(leave);
    signal?.addEventListener('abort', leave, { once: true });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      resolve(null);
    }, ms);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      resolve(code ?? 255);
    });
  });
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function expanded(file: string, env: NodeJS.ProcessEnv): string {
  return file.startsWith('~/') ? `${env.HOME ?? ''}${file.slice(1)}` : file;
}

/** sshd hands the command to the user's shell: words become what they are in any POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
