/** Bytes between a call and a program, both ways, each at the pace of its reader. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { ProtocolProgram } from '../sessions/workspace-port.ts';

interface FromCaller {
  readonly message?:
    | { readonly $case: 'open' }
    | { readonly $case: 'data'; readonly data: Buffer }
    | { readonly $case: 'end' }
    | undefined;
}

/** Resolves when the program has ended well, or the caller is gone. Throws GIT_FAILED or DISK_FULL with what it said. */
export async function carry<Req extends FromCaller>(
  stream: ServerDuplexStream<Req, { data: Buffer }>,
  { streams, ended }: ProtocolProgram,
  signal: AbortSignal,
): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => {
    if (signal.aborted) resolve('gone');
    signal.addEventListener('abort', () => resolve('gone'), { once: true });
  });
  // A caller that goes away is told by the signal.
  stream.on('error', () => {});
  if (streams) join(stream, streams);
  stream.resume();
  const said = await Promise.race([ended, gone]);
  if (said === null || said === 'gone') return;
  const full = /No space left on device|Disk quota exceeded/.test(said);
  throw new BerthError(full ? 'DISK_FULL' : 'GIT_FAILED', `git on the host: ${said}`);
}

function join<Req extends FromCaller>(
  stream: ServerDuplexStream<Req, { data: Buffer }>,
  { input, output }: NonNullable<ProtocolProgram['streams']>,
): void {
  stream.on('data', ({ message }: Req) => {
    if (message?.$case === 'end') input.end();
    if (message?.$case !== 'data' || input.writableEnded || input.destroyed) return;
    if (input.write(message.data)) return;
    stream.pause();
    input.once('drain', () => stream.resume());
  });
  stream.on('end', () => input.end());
  stream.on('error', () => input.end());
  output.on('data', (data: Buffer) => {
    if (stream.write({ data })) return;
    output.pause();
    stream.once('drain', () => output.resume());
  });
}
