/** Output of a session as one stream, however often the link breaks: each byte once, in order. */

import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { HostClient, OutputChunk } from '../rpc/host-client.ts';
import { backoffMs, isPassing, pause } from './backoff.ts';

export interface FollowOptions {
  /** Called again after each break. */
  readonly connect: (signal: AbortSignal) => Promise<HostClient>;
  readonly session: string;
  readonly offset: number;
  /** First time only: begin this many bytes before the end; 0: at offset. */
  readonly tailBytes: number;
  readonly follow: boolean;
  readonly reconnect: boolean;
  readonly signal: AbortSignal;
  /** The link broke; a new try follows. */
  readonly lost?: (error: BerthError) => void;
  readonly back?: () => void;
  readonly random?: () => number;
}

export type Piece = Pick<OutputChunk, 'offset' | 'data' | 'truncatedBytes'> & {
  ended: SessionSnapshot | null;
};

/** Ends after the session's end (follow), or when everything there is has been read. */
export async function* readResuming(options: FollowOptions): AsyncGenerator<Piece> {
  const { signal } = options;
  let next = options.tailBytes > 0 ? null : options.offset;
  for (let attempt = 0; !signal.aborted; ) {
    let failure: BerthError;
    try {
      const client = await options.connect(signal);
      const from = { offset: next ?? 0, tailBytes: next === null ? options.tailBytes : 0 };
      const stream = client.readOutput(
        { session: options.session, ...from, follow: options.follow },
        { signal },
      );
      if (attempt > 0) options.back?.();
      for await (const chunk of stream) {
        attempt = 0;
        const piece = unseen(chunk, next);
        next = piece.offset + piece.data.length;
        yield piece;
        if (piece.ended) return;
      }
      if (!options.follow || signal.aborted) return;
      // The agent closed the stream before the session ended: it is going down or being upgraded.
      failure = new BerthError('HOST_UNREACHABLE', 'the agent ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (!options.reconnect || !isPassing(error)) throw error;
      failure = error as BerthError;
    }
    if (!options.reconnect) throw failure;
    options.lost?.(failure);
    await pause(backoffMs(attempt++, (options.random ?? Math.random)()), signal);
  }
}

/** The part of a chunk that has not been yielded before. */
function unseen(chunk: OutputChunk, next: number | null): Piece {
  const { offset, data, truncatedBytes, ended } = chunk;
  const seen = next === null ? 0 : Math.min(data.length, Math.max(0, next - offset));
  return { offset: offset + seen, data: data.subarray(seen), truncatedBytes, ended };
}
