/** The calls whose bytes are git's own: over a connection that git itself has, or else over the call. */
import type {
  PullRequest,
  PullResponse,
  PushRequest,
  PushResponse,
} from '@berth/shared/gen/berth/v1/workspace';
import type { ByteStream } from './byte-stream.ts';
import type { Channel } from './channel.ts';
import { duplex } from './duplex.ts';
import type { HostClient } from './host-client.ts';
import { mayConnect, ownConnection, type Way } from './own-connection.ts';

/** A call of either kind, once it is open. */
interface GitCall {
  readonly messages: AsyncIterable<PushResponse | PullResponse>;
  send(request: { message: { $case: 'data'; data: Buffer } | { $case: 'end'; end: object } }): Promise<void>;
}

export function gitStreams(channel: Channel, way: Way): Pick<HostClient, 'push' | 'pull'> {
  async function negotiated(call: GitCall): Promise<ByteStream> {
    const messages = call.messages[Symbol.asyncIterator]();
    const rest = { [Symbol.asyncIterator]: () => messages };
    const first = await messages.next();
    if (first.done) return bytesOf(call, rest);
    // An agent that does not know of it has begun to speak.
    if (first.value.connection === '') return bytesOf(call, startingWith(first.value, rest));
    const connection = await ownConnection(way, first.value.connection);
    return { ...bytesOf(call, rest), connection };
  }

  return {
    async push({ repository, upload, shallow }, signal) {
      // The agent has to read what a shallow repository says of itself.
      const own = mayConnect(way) && !shallow;
      const first: PushRequest = {
        message: { $case: 'open', open: { repository, upload, ownConnection: own } },
      };
      const call = duplex<PushRequest, PushResponse>(channel, (stubs, sent) => stubs.workspace.push(sent), {
        first,
        signal,
      });
      return own ? await negotiated(call) : bytesOf(call, call.messages);
    },
    async pull(open, signal) {
      const own = mayConnect(way);
      const first: PullRequest = { message: { $case: 'open', open: { ...open, ownConnection: own } } };
      const call = duplex<PullRequest, PullResponse>(channel, (stubs, sent) => stubs.workspace.pull(sent), {
        first,
        signal,
      });
      return own ? await negotiated(call) : bytesOf(call, call.messages);
    },
  };
}

function bytesOf(call: GitCall, messages: AsyncIterable<{ data: Uint8Array }>): ByteStream {
  return {
    connection: null,
    data: dataOf(messages),
    write: (data) => call.send({ message: { $case: 'data', data: viewOf(data) } }),
    end: () => void call.send({ message: { $case: 'end', end: {} } }).catch(() => {}),
  };
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** The same bytes, not copied: a hundred megabytes go this way. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export async function* dataOf(messages: AsyncIterable<{ data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { data } of messages) yield data;
}
