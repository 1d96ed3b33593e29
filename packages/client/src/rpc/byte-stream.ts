/** A call that carries bytes of git. */
import type { Socket } from 'node:net';

/** Both ways. The call opens once `data` is taken at the latest, and ends with it. */
export interface ByteStream {
  /** For git itself, which has all bytes over it: `data` then only tells how the call ends. */
  readonly connection: Socket | null;
  readonly data: AsyncIterable<Uint8Array>;
  /** Resolves once more may be written. */
  write(data: Uint8Array): Promise<void>;
  /** Nothing more is written. */
  end(): void;
}
