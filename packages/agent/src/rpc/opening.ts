/** What opens a call whose messages go both ways. */
import type { ServerDuplexStream } from '@grpc/grpc-js';

/** Null where the caller ended or left before it sent one. What comes after it waits in the stream. */
export async function firstMessage<Req, Res>(
  stream: ServerDuplexStream<Req, Res>,
  signal: AbortSignal,
): Promise<Req | null> {
  return await new Promise<Req | null>((resolve, reject) => {
    stream.once('data', (request: Req) => {
      stream.pause();
      resolve(request);
    });
    stream.once('end', () => resolve(null));
    stream.once('error', reject);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Takes what comes after it, in order; what `take` throws, and what breaks the stream, goes to `failed`. */
export function takeMessages<Req, Res>(
  stream: ServerDuplexStream<Req, Res>,
  { take, failed }: { take: (request: Req) => void; failed: (error: unknown) => void },
): void {
  stream.on('error', failed);
  stream.on('data', (request: Req) => {
    try {
      take(request);
    } catch (error) {
      failed(error);
    }
  });
  stream.resume();
}

/** Columns or rows of a terminal, as it takes them. */
export function cells(asked: number): number {
  return Math.min(1000, Math.max(1, asked));
}
