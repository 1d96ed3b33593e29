/**
 * `git push` and `git fetch` over a stream of bytes: git gets a connection, or one end of a socket pair,
 * as descriptor 3, and speaks its protocol with whatever is at the other end (git-remote-fd).
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { ended, type Git, lastWords } from './run.ts';

/** Bytes both ways. The stream opens once `data` is taken at the latest, and ends with it. */
export interface Bytes {
  /** What git itself speaks over; null: over `data` and `write`. */
  readonly connection: Socket | null;
  readonly data: AsyncIterable<Uint8Array>;
  write(data: Uint8Array): Promise<void>;
  end(): void;
}

export interface TransportOptions {
  /** Opens the stream, which ends with the signal. */
  readonly open: (signal: AbortSignal) => Promise<Bytes>;
  readonly signal: AbortSignal;
  /** Git is under way: time for what need not hold it up. */
  readonly started?: () => void;
  /** Git's own words on how far it has come. */
  readonly progress?: (text: string) => void;
}

/** For git to notice that its connection is gone. */
const GRACE_MS = 2000;

const ANYWAY = ['-c', 'protocol.fd.allow=always'];

/** Git would look for likenesses among large files for minutes, where sending them whole takes seconds. */
const LARGE_AS_THEY_ARE = ['-c', 'core.bigFileThreshold=2m'];

/** All of these references or none. Throws GIT_FAILED, or what the stream failed with. */
export async function push(git: Git, refspecs: readonly string[], options: TransportOptions): Promise<void> {
  const plain = ['--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'];
  const args = [...ANYWAY, ...LARGE_AS_THEY_ARE, 'push', '--atomic', '--progress', '--porcelain', ...plain];
  await transfer(git, { command: 'push', args: [...args, 'fd::3/berth', ...refspecs] }, options);
}

/** Brings these commits, and writes no reference. `depth` 0: with all that they lead to. */
export async function fetch(
  git: Git,
  { commits, depth = 0 }: { commits: readonly string[]; depth?: number },
  options: TransportOptions,
): Promise<void> {
  const plain = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  const shallow = depth > 0 ? [`--depth=${depth}`] : [];
  const args = [...ANYWAY, '-c', 'protocol.version=2', 'fetch', '--progress', ...plain, ...shallow];
  await transfer(git, { command: 'fetch', args: [...args, 'fd::3/berth', ...commits] }, options);
}

/** What the other side has: commits by the full names of references. */
export async function remoteReferences(git: Git, options: TransportOptions): Promise<Map<string, string>> {
  const args = [...ANYWAY, '-c', 'protocol.version=2', 'ls-remote', '-q', 'fd::3/berth'];
  const lines = (await transfer(git, { command: 'ls-remote', args }, options)).split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)] as const));
}

/** Gives what git printed. */
async function transfer(
  git: Git,
  { command, args }: { command: string; args: readonly string[] },
  { open, signal, started, progress }: TransportOptions,
): Promise<string> {
  const over = new AbortController();
  const stream = await open(AbortSignal.any([signal, over.signal])).catch((error: unknown) => {
    over.abort();
    throw error;
  });
  if (signal.aborted) {
    stream.connection?.destroy();
    throw signal.reason;
  }
  const child = git.spawn(args, { stdio: ['ignore', 'pipe', 'pipe', stream.connection ?? 'pipe'] });
  // Git's alone, in the same turn: this process must not read a byte of it.
  stream.connection?.destroy();
  const finished = ended(child);
  finished.catch(() => {});
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.stderr = (said.stderr + text).slice(-16 * 1024);
    const line = text.split(/[\r\n]/).findLast((part) => part.trim() !== '');
    if (line) progress?.(oneLine(line));
  });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  let broke: BerthError | null = null;
  const told = (error: unknown) => {
    if (error instanceof BerthError) broke ??= error;
  };
  const carried = stream.connection
    ? watch(stream, child, told)
    : carry(stream, child.stdio[3] as Socket | null, told);
  try {
    started?.();
    const code = await finished;
    // What the host has to say about its end comes last.
    if (code !== 0) await Promise.race([carried.down, once(AbortSignal.timeout(1000), 'abort')]);
    signal.throwIfAborted();
    if (code === 0) return said.stdout;
    const why = rejected(said.stdout) || lastWords(said.stderr) || `exit code ${code}`;
    throw worse(broke, why) ?? new BerthError('GIT_FAILED', `git ${command} failed: ${why}`, { hint: '' });
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
    await carried.end();
  }
}

interface Carried {
  /** The other side has said all. Never rejects. */
  readonly down: Promise<void>;
  end(): Promise<void>;
}

/** Between the stream and git's socket pair. `told` hears what the stream fails with. */
function carry(stream: Bytes, socket: Socket | null, told: (error: unknown) => void): Carried {
  // Git could not be started.
  if (!socket) return { down: Promise.resolve(), end: async () => {} };
  // Git is done with sending before it has all the answers.
  socket.allowHalfOpen = true;
  socket.on('error', () => {});
  const failed = (error: unknown) => {
    told(error);
    socket.destroy();
  };
  const up = upwards(socket, stream).catch(failed);
  const down = downwards(socket, stream).catch(failed);
  return {
    down,
    async end() {
      socket.destroy();
      await Promise.all([up, down]);
    },
  };
}

/** Where git has the bytes to itself: of the stream only its end is of use. */
function watch(stream: Bytes, child: ChildProcess, told: (error: unknown) => void): Carried {
  const wait = async () => {
    for await (const _ of stream.data);
  };
  let late: NodeJS.Timeout | undefined;
  const down = wait().catch((error: unknown) => {
    told(error);
    // Where the other git ended, ours sees that for itself, and has better words. Else nobody answers
    // for the bytes any more, though they may still flow.
    const reason = error instanceof BerthError ? error.reason : '';
    if (reason === 'GIT_FAILED' || reason === 'DISK_FULL') late = setTimeout(() => child.kill(), GRACE_MS);
    else child.kill();
  });
  return {
    down,
    async end() {
      await down;
      clearTimeout(late);
    },
  };
}

/** What the stream failed with, where that says more than git's own words. */
function worse(broke: BerthError | null, why: string): BerthError | null {
  const silent = /hung up|early EOF|disconnect|Broken pipe/.test(why);
  return broke && (broke.reason !== 'GIT_FAILED' || silent) ? broke : null;
}

async function upwards(socket: Socket, stream: Bytes): Promise<void> {
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) await stream.write(chunk as Buffer);
  stream.end();
}

async function downwards(socket: Socket, stream: Bytes): Promise<void> {
  for await (const chunk of stream.data) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  socket.end();
}

/** Why the other side took a reference not: `! FROM:TO [remote rejected] (WHY)`. */
function rejected(porcelain: string): string {
  const lines = porcelain.split('\n').filter((line) => line.startsWith('!'));
  const reasons = lines.map((line) => /\(([^)]*)\)\s*$/.exec(line)?.[1] ?? '');
  // With --atomic the others fail for the one that failed.
  return oneLine(reasons.find((reason) => reason && !/atomic/.test(reason)) ?? reasons[0] ?? '');
}
