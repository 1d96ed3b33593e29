/** The first message of a call whose messages go both ways. */
import type { ServerDuplexStream } from '@grpc/grpc-js';

/** What comes after it waits until the stream is read. Null: the caller left without one. */
export function opening<Req, Res>(
  stream: ServerDuplexStream<Req, Res>,
  signal: AbortSignal,
): Promise<Req | null> {
  return new Promise((resolve, reject) => {
    stream.once('data', (request: Req) => {
      stream.pause();
      resolve(request);
    });
    stream.once('end', () => resolve(null));
    stream.once('error', reject);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
