/** Sends on a stream at the pace of who reads it. */
import type { Writable } from 'node:stream';

const OVER = ['drain', 'close', 'end', 'error'] as const;

/** Resolves once more may be sent; also where the stream has ended, which others are told. */
export async function sent<T>(
  stream: Pick<Writable, 'destroyed' | 'writableEnded' | 'on' | 'off'> & { write(message: T): boolean },
  message: T,
): Promise<void> {
  if (stream.destroyed || stream.writableEnded || stream.write(message)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of OVER) stream.off(event, done);
      resolve();
    };
    for (const event of OVER) stream.on(event, done);
  });
}
