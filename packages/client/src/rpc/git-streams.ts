/** The calls whose bytes are git's own: over a connection that git itself has, or else over the call. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type {
  PullRequest,
  PullResponse,
  PushRequest,
  PushResponse,
} from '@berth/shared/gen/berth/v1/workspace';
import { connectionLine } from '@berth/shared/wire/own-connection';
import type { Link } from '../tunnel/link.ts';
import type { Channel } from './channel.ts';
import { type Duplex, duplex } from './duplex.ts';
import type { ByteStream, HostClient } from './host-client.ts';

export function gitStreams(
  channel: Channel,
  link: Pick<Link, 'kind' | 'socketPath'>,
): Pick<HostClient, 'push' | 'pull'> {
  /** By dial-stdio each connection costs the start of a program over there. */
  const mayConnect = link.kind !== 'dial-stdio';

  async function opened(
    call: Duplex<PushRequest & PullRequest, PushResponse & PullResponse>,
    ownConnection: boolean,
  ): Promise<ByteStream> {
    const bytes = (messages: AsyncIterable<{ data: Uint8Array }>): ByteStream => ({
      connection: null,
      data: dataOf(messages),
      write: (data) => call.send({ message: { $case: 'data', data: viewOf(data) } }),
      end: () => void call.send({ message: { $case: 'end', end: {} } }).catch(() => {}),
    });
    if (!ownConnection) return bytes(call.messages);
    const messages = call.messages[Symbol.asyncIterator]();
    const first = await messages.next();
    const rest = { [Symbol.asyncIterator]: () => messages };
    const name = first.done ? '' : first.value.connection;
    // An agent that does not know of it has begun to speak.
    if (name === '') return bytes(first.done ? rest : startingWith(first.value, rest));
    return { ...bytes(rest), connection: await connected(link.socketPath, name) };
  }

  return {
    push({ repository, upload, shallow }, signal) {
      const ownConnection = mayConnect && !shallow;
      const first: PushRequest = { message: { $case: 'open', open: { repository, upload, ownConnection } } };
      return opened(
        duplex<PushRequest, PushResponse>(channel, (stubs, sent) => stubs.workspace.push(sent), {
          first,
          signal,
        }) as never,
        ownConnection,
      );
    },
    pull(open, signal) {
      const first: PullRequest = {
        message: { $case: 'open', open: { ...open, ownConnection: mayConnect } },
      };
      return opened(
        duplex<PullRequest, PullResponse>(channel, (stubs, sent) => stubs.workspace.pull(sent), {
          first,
          signal,
        }) as never,
        mayConnect,
      );
    },
  };
}

/** Nothing of it is read here: it is somebody else's once it is there. */
async function connected(socketPath: string, name: string): Promise<Socket> {
  const socket = connect(socketPath);
  socket.pause();
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.write(connectionLine(name), (error) => (error ? reject(error) : resolve()));
  });
  return socket;
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
