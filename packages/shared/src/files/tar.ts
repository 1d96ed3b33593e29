/** The system's tar: files and directories as a stream of bytes, and back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { BerthError } from '../domain/berth-error.ts';
import { oneLine } from '../domain/text.ts';

/** One name in a directory. Absolute directory; the path begins with `./`, or is `NAME/.`. */
export interface Member {
  readonly directory: string;
  readonly path: string;
}

/** What GNU's tar is told beyond what every tar knows. */
const GNU = process.platform === 'linux' ? ['--sparse', '--no-unquote'] : [];
/** Some file changed or went away while it was read: what was read is there. */
const CHANGED = 1;

/**
 * `followLinks`: what a link leads to, instead of the link. Throws EXEC_FAILED with what tar says, at
 * the end: what it could not read is missing then.
 */
export async function* packed(
  members: readonly Member[],
  { followLinks, signal }: { followLinks: boolean; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const names = members.flatMap(({ directory, path }) => ['-C', directory, path]);
  const follow = followLinks ? ['-h'] : [];
  const tar = run(['-c', '-f', '-', '--format=pax', ...GNU, ...follow, ...names], ['ignore', 'pipe'], signal);
  try {
    if (tar.child.stdout) for await (const chunk of tar.child.stdout) yield chunk as Uint8Array;
    const { code, said } = await tar.ended;
    signal.throwIfAborted();
    if (code !== 0 && code !== CHANGED) throw failed('cannot read all of it', said);
  } finally {
    tar.child.kill();
  }
}

/**
 * Nothing is written outside the directory, whatever the archive says; nobody's owners, and no mode
 * beyond what the umask allows, are taken from it.
 */
export async function unpack(
  archive: AsyncIterable<Uint8Array>,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  const safe = ['--no-same-owner', '--no-same-permissions'];
  const tar = run(['-x', '-f', '-', '-C', directory, ...safe], ['pipe', 'ignore'], signal);
  const broke = await feed(archive, tar.child.stdin).then(
    () => null,
    (error: unknown) => {
      tar.child.kill();
      return error;
    },
  );
  const { code, said } = await tar.ended;
  signal.throwIfAborted();
  if (broke !== null) throw broke;
  if (code !== 0) throw failed('cannot unpack it', said);
}

/** To its end, though tar may leave sooner: whoever sends it may have to tell of a failure there. */
async function feed(archive: AsyncIterable<Uint8Array>, stdin: Writable | null): Promise<void> {
  // Why it takes no more, tar says itself.
  stdin?.on('error', () => {});
  for await (const chunk of archive) {
    if (!stdin || stdin.destroyed || stdin.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const done = () => {
        stdin.off('drain', done);
        stdin.off('close', done);
        resolve();
      };
      stdin.on('drain', done);
      stdin.on('close', done);
    });
  }
  stdin?.end();
}

function run(
  args: readonly string[],
  [stdin, stdout]: readonly ['ignore' | 'pipe', 'ignore' | 'pipe'],
  signal: AbortSignal,
): { child: ChildProcess; ended: Promise<{ code: number | null; said: string }> } {
  // What tar says is read by people and, for one case, here.
  const env = { ...process.env, LC_ALL: 'C', COPYFILE_DISABLE: '1' };
  const child = spawn('tar', args, { stdio: [stdin, stdout, 'pipe'], env });
  const stop = () => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    if (said.length < 4096) said += data.toString('utf8');
  });
  const ended = once(child, 'close').then(([code]) => {
    signal.removeEventListener('abort', stop);
    return { code: code as number | null, said };
  });
  ended.catch(() => {});
  return { child, ended };
}

function failed(what: string, said: string): BerthError {
  const line = oneLine(said.split('\n')[0] ?? '').replace(/^tar: /, '');
  const reason = said.includes('No space left on device') ? 'DISK_FULL' : 'EXEC_FAILED';
  return new BerthError(reason, `${what}: ${line || 'tar was ended'}`, {
    hint: reason === 'DISK_FULL' ? 'make room there' : 'see what is there, and who may read and write it',
  });
}
