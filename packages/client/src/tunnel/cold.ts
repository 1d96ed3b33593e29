/**
 * Making a tunnel. Invariants: under the lock of the host, so that many clients make one master;
 * a master is killed only while its process is the one recorded at its birth.
 */
import { execFile } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import { agentMissing, DISCOVERY_SCRIPT, type Discovered, parseDiscovery } from './discovery.ts';
import type { Link } from './link.ts';
import { isAlive, takeLock } from './process-lock.ts';
import { accepts, probe } from './socket.ts';
import { type Master, Ssh } from './ssh.ts';
import { bridgeStdio } from './stdio-bridge.ts';
import { readMode, type TunnelFiles, writeMode } from './tunnel-files.ts';

export interface ColdOptions {
  readonly host: HostConfig;
  readonly files: TunnelFiles;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** The way that is there is no good: replace it. */
  readonly retire: boolean;
}

/** A server that is well greets at once; over a long line a second is not too much. */
const SILENCE_MS = 1000;
const LOOK_MS = 20;

export async function openCold(options: ColdOptions): Promise<Link> {
  const { host, files, settings, env, signal } = options;
  const before = recordedPid(files);
  using _lock = await takeLock(files.lock, signal);
  const ssh = Ssh.from(settings, env, signal);
  const master = { host, controlPath: files.control };
  // Another client may have done the work while we waited for the lock.
  const replaced = recordedPid(files) !== before;
  if (options.retire && !replaced) {
    const seen = await probe(files.socket, SILENCE_MS);
    signal.throwIfAborted();
    if (seen === 'greets') return forwardLink(options);
    // Closed at once: the master carries, it is the agent that is not there.
    if (seen !== 'closed') {
      // An agent that restarts is silent too: its socket is systemd's, in which calls wait. Others use
      // this master at that very moment, the upgrade that restarts the agent among them.
      if (seen === 'silent' && (await ssh.carries(master))) return forwardLink(options);
      await retire(ssh, master, files);
    }
  } else if (readMode(files.mode) !== 'dial-stdio' && (await accepts(files.socket)))
    return forwardLink(options);

  await ensureMaster(ssh, master, { files, signal });
  const discovered = parseDiscovery(await ssh.run(master, DISCOVERY_SCRIPT), host);
  if (readMode(files.mode) !== 'dial-stdio') {
    const carries = await forwardCarries(ssh, master, { files, discovered });
    if (carries) return forwardLink(options);
  }
  const way = { ssh, master, discovered };
  const link = await dialLink(options, way);
  if (readMode(files.mode) === 'dial-stdio') return link;
  // The agent may have come back between the two: only what fails while it is there is forbidden.
  if (await forwardCarries(ssh, master, { files, discovered })) {
    await link[Symbol.asyncDispose]();
    return forwardLink(options);
  }
  writeMode(files.mode, 'dial-stdio');
  return link;
}

function forwardLink(options: ColdOptions): Link {
  return {
    socketPath: options.files.socket,
    kind: 'forward',
    recycle: async () => void (await openCold({ ...options, retire: true })),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Under the lock of the host. */
export async function ensureMaster(
  ssh: Ssh,
  master: Master,
  { files, signal }: { files: TunnelFiles; signal: AbortSignal },
): Promise<void> {
  await connected(files, { signal, limitMs: ssh.connectLimitMs(master.host) });
  const there = await ssh.masterPid(master);
  if (there !== null) return record(files, there);
  rmSync(files.control, { force: true });
  rmSync(files.log, { force: true });
  const began = (pid: number) => writeFileSync(files.connecting, String(pid), { mode: 0o600 });
  await ssh.startMaster(master, { logFile: files.log, began });
  rmSync(files.connecting, { force: true });
  const pid = await ssh.masterPid(master);
  if (pid !== null) record(files, pid);
}

/**
 * An ssh that a client began and could not wait for is waited for: beside another it would stay
 * for ever, without being anybody's master. It has the time it would have had under its client.
 */
async function connected(
  files: TunnelFiles,
  { signal, limitMs }: { signal: AbortSignal; limitMs: number },
): Promise<void> {
  const pid = Number(readMode(files.connecting));
  if (pid > 0 && isAlive(pid) && (await isOurMaster(pid, files.control))) {
    const end = statSync(files.connecting).mtimeMs + limitMs;
    while (isAlive(pid)) {
      signal.throwIfAborted();
      // With what it started, a jump host's ssh among it.
      if (Date.now() > end) killGroup(pid);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
  rmSync(files.connecting, { force: true });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Also of a master whose maker ended before it could: unrecorded, it could not be ended once it hangs. */
function record(files: TunnelFiles, pid: number): void {
  if (recordedPid(files) !== pid) writeFileSync(files.pid, String(pid), { mode: 0o600 });
}

/** False where the server refuses to carry the socket, though the agent is there. */
async function forwardCarries(
  ssh: Ssh,
  master: Master,
  { files, discovered }: { files: TunnelFiles; discovered: Discovered },
): Promise<boolean> {
  rmSync(files.socket, { force: true });
  await ssh.forward(master, { local: files.socket, remote: discovered.socket });
  const seen = await probe(files.socket, SILENCE_MS);
  if (seen === 'greets' || seen === 'silent') return true;
  rmSync(files.socket, { force: true });
  return false;
}

/** The agent by way of `berthd dial-stdio`; lives as long as this process. */
async function dialLink(
  options: ColdOptions,
  way: { ssh: Ssh; master: Master; discovered: Discovered },
): Promise<Link> {
  const { host, files } = options;
  const own = `${files.socket.slice(0, -1)}${process.pid}`;
  const bridge = await bridgeStdio(own, () => way.ssh.dial(way.master, way.discovered.dial));
  if ((await probe(own, options.settings.connectMs)) !== 'greets') {
    await bridge[Symbol.asyncDispose]();
    throw agentMissing(host);
  }
  return {
    socketPath: own,
    kind: 'dial-stdio',
    async recycle() {
      await ensureMaster(way.ssh, way.master, { files, signal: options.signal });
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
    },
  };
}

/** Ends a master that accepts and does not carry: it hangs, or its network went away. */
async function retire(ssh: Ssh, master: Master, files: TunnelFiles): Promise<void> {
  const pid = recordedPid(files);
  if (pid !== null && isAlive(pid) && (await isOurMaster(pid, files.control))) {
    // Not asked first: one that hangs would not answer, and nothing of it is to be kept.
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
  } else {
    await ssh.stopMaster(master);
  }
  for (const file of [files.control, files.socket, files.pid, files.mode]) rmSync(file, { force: true });
}

/** The number may belong to somebody else by now: its command line must name our control socket. */
async function isOurMaster(pid: number, controlPath: string): Promise<boolean> {
  const command = ['-ww', '-o', 'command=', '-p', String(pid)];
  try {
    return (await promisify(execFile)('ps', command)).stdout.includes(controlPath);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + 2000;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new BerthError('INTERNAL', `the ssh master ${pid} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function recordedPid(files: TunnelFiles): number | null {
  const pid = Number(readMode(files.pid));
  return pid > 0 ? pid : null;
}
