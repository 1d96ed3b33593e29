/** A call whose messages go both ways, over a channel: what is sent waits until the other side takes it. */
import type { ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import type { Channel, Stubs } from './channel.ts';
import { sent } from './sent.ts';

export interface Duplex<Req, Res> {
  /** Opens the call; it is cancelled when the taker stops. */
  readonly messages: AsyncIterable<Res>;
  /** Resolves once more may be sent, also where the call has ended: its messages tell how. */
  send(message: Req): Promise<void>;
  /** Nothing more is sent. */
  end(): void;
}

/** `first` is sent before all else. Nothing is sent before `messages` are taken. */
export function duplex<Req, Res>(
  channel: Channel,
  open: (stubs: Stubs, metadata: Metadata) => ClientDuplexStream<Req, Res>,
  { first, signal }: { first: Req; signal: AbortSignal },
): Duplex<Req, Res> {
  const opened = Promise.withResolvers<ClientDuplexStream<Req, Res>>();
  // Where it never opens, whoever takes the messages is told.
  opened.promise.catch(() => {});
  async function* messages(): AsyncGenerator<Res> {
    const start = (stubs: Stubs, metadata: Metadata) => {
      const stream = open(stubs, metadata);
      stream.write(first);
      opened.resolve(stream);
      return stream;
    };
    try {
      yield* channel.stream<Res, Req>(start, signal);
    } catch (error) {
      opened.reject(error);
      throw error;
    }
  }
  return {
    messages: messages(),
    async send(message) {
      await sent(await opened.promise, message);
    },
    end: () => {
      opened.promise.then((stream) => stream.end()).catch(() => {});
    },
  };
}
