/** Scripts on a host through its ssh master, or on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { type Paths, privateDirectory } from '../config/paths.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import type { FeedOptions, RemoteShell } from '../hosts/remote-shell.ts';
import { ensureMaster } from './cold.ts';
import { takeLock } from './process-lock.ts';
import { Ssh } from './ssh.ts';
import { filesOf } from './tunnel-files.ts';

const RUN_MS = 60_000;
const STDERR_KEPT = 16 * 1024;

/** Connects, if there is no master yet. Rejects with what kept it from connecting. */
export async function openRemoteShell(
  host: HostConfig,
  at: { paths: Paths; settings: Settings; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<RemoteShell> {
  if (host.kind === 'local') {
    return shellOf(host, {
      start: (script, args) => spawn('sh', ['-c', script, 'sh', ...args], { env: at.env, stdio: 'pipe' }),
      login: (words) => {
        const line = words.length > 0 ? ['-c', words.join(' ')] : [];
        return spawn(at.env.SHELL || 'sh', line, { env: at.env, stdio: 'inherit' });
      },
    });
  }
  const { settings, env } = at;
  const files = filesOf(host, at.paths, settings);
  privateDirectory(path.dirname(files.socket));
  const ssh = Ssh.from(settings, env);
  const master = { host, controlPath: files.control };
  {
    using _lock = await takeLock(files.lock, at.signal);
    await ensureMaster(ssh, master, { files, signal: at.signal });
    // What was true of the host before it was set up need not be true any more.
    rmSync(files.mode, { force: true });
  }
  return shellOf(host, {
    start: (script, args) => ssh.spawn(master, ['sh', '-c', script, 'sh', ...args]),
    login: (words, options) => ssh.login(master, words, options),
  });
}

function shellOf(
  host: HostConfig,
  {
    start,
    login,
  }: {
    start: (script: string, args: readonly string[]) => ChildProcess;
    login: (words: readonly string[], options: { terminal: boolean }) => ChildProcess;
  },
): RemoteShell {
  async function feed(script: string, options: FeedOptions): Promise<{ code: number; stderr: string }> {
    const child = start(script, options.args ?? []);
    const abort = () => child.kill('SIGKILL');
    options.signal?.addEventListener('abort', abort, { once: true });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    const lines = new Lines(options.onLine ?? (() => {}));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.add(text));
    const closed = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 255));
    });
    // It may fail before its input is through: it is told below.
    closed.catch(() => {});
    try {
      if (child.stdin) await send(options.input ?? [], child.stdin);
      const code = await closed;
      lines.end();
      return { code, stderr };
    } catch (error) {
      child.kill('SIGKILL');
      throw new BerthError('HOST_UNREACHABLE', `cannot run on host ${host.name}: ${messageOf(error)}`);
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }

  return {
    feed,
    login: (words, options) =>
      new Promise((resolve, reject) => {
        const child = login(words, options);
        child.once('error', reject);
        child.once('exit', (code, signal) =>
          resolve(signal ? 128 + constants.signals[signal] : (code ?? 255)),
        );
      }),
    async run(script, { timeoutMs = RUN_MS } = {}) {
      const out: string[] = [];
      const signal = AbortSignal.timeout(timeoutMs);
      const { code, stderr } = await feed(script, { signal, onLine: (line) => out.push(line) });
      if (code !== 0) {
        const why = signal.aborted
          ? 'it took too long'
          : stderr.trim().split('\n').at(-1) || `exit code ${code}`;
        throw new BerthError('HOST_UNREACHABLE', `a script on host ${host.name} failed: ${why}`);
      }
      return out.map((line) => `${line}\n`).join('');
    },
  };
}

/** The reader may end before all is sent: its exit code says why. */
async function send(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, to: NodeJS.WritableStream) {
  try {
    await pipeline(input, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw error;
  }
}

/** Whole lines out of chunks. */
class Lines {
  #rest = '';
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  add(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) this.#tell(line);
  }

  end(): void {
    if (this.#rest !== '') this.#tell(this.#rest);
  }
}
