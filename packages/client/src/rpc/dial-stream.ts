/**
 * Connections to what sessions listen on: the calls of HostClient that are PortService's. Their bytes go
 * over a connection of their own where there can be one, and else over the call.
 */
import type { Socket } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { DialRequest, DialResponse, DialOpen as WireOpen } from '@berth/shared/gen/berth/v1/port';
import type { Channel, Stubs, Unary } from './channel.ts';
import { type Duplex, duplex } from './duplex.ts';
import type { DialMessage, DialOpen, DialStream, HostClient } from './host-client.ts';
import { bytesBehindLine, mayConnect, ownConnection, type Way } from './own-connection.ts';
import { sent } from './sent.ts';

/** For what is still on its way on a connection whose call has failed. */
const LATE_MS = 2000;

export function portCalls(channel: Channel, way: Way): Pick<HostClient, 'listPorts' | 'dial'> {
  return {
    async listPorts(session, o) {
      type Answer = { ports: Awaited<ReturnType<HostClient['listPorts']>> };
      const call = ({ port }: Stubs) =>
        port.listPorts.bind(port) as Unary<object, unknown> as Unary<object, Answer>;
      return (await channel.unary(call, { session }, o)).ports;
    },
    dial(open, signal) {
      const wire = { ...encodeOpen(open), ownConnection: mayConnect(way) };
      const first: DialRequest = { message: { $case: 'open', open: wire } };
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const call = duplex<DialRequest, DialResponse>(channel, (stubs, sent) => stubs.port.dial(sent), {
        first,
        signal: either,
      });
      return dialled(call, { way, signal: either, stop: () => stop.abort() });
    },
  };
}

type Call = Duplex<DialRequest, DialResponse>;

interface Dialling {
  readonly way: Way;
  /** Aborts when the taker stops, or has had all. */
  readonly signal: AbortSignal;
  readonly stop: () => void;
}

function dialled(call: Call, { way, signal, stop }: Dialling): DialStream {
  /** Null: the bytes go over the call. */
  const own = Promise.withResolvers<Socket | null>();
  // Where it never opens, whoever takes the messages is told.
  own.promise.catch(() => {});
  async function* messages(): AsyncGenerator<DialMessage> {
    const answers = call.messages[Symbol.asyncIterator]();
    const rest = { [Symbol.asyncIterator]: () => answers };
    try {
      const { done, value: first } = await answers.next();
      if (done) return;
      const name = first.message?.$case === 'opened' ? first.message.opened.connection : '';
      const socket = name === '' ? null : await ownConnection(way, name);
      own.resolve(socket);
      yield { kind: 'opened' };
      yield* socket ? bytesOf({ socket, name }, rest, signal) : bytesOfCall(rest);
    } catch (error) {
      own.reject(error);
      throw error;
    } finally {
      own.resolve(null);
      stop();
    }
  }
  return {
    messages: messages(),
    async write(data) {
      const socket = await own.promise;
      if (socket) return await sent<Uint8Array>(socket, data);
      const viewed = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      await call.send({ message: { $case: 'data', data: viewed } });
    },
    end() {
      own.promise
        .then((socket) => {
          socket?.end();
          // What is seen to end there is an end only because it is said here.
          call.end();
        })
        .catch(() => {});
    },
  };
}

async function* bytesOf(
  { socket, name }: { socket: Socket; name: string },
  answers: AsyncIterable<DialResponse>,
  signal: AbortSignal,
): AsyncGenerator<DialMessage> {
  const { ended, over } = told(answers);
  // One of a link that is lost ends by itself, or not at all.
  over.catch(() => setTimeout(() => socket.destroy(), LATE_MS).unref());
  const leave = () => socket.destroy();
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const data of bytesBehindLine(socket, name)) yield { kind: 'data', data };
    if (!(await ended)) throw new Error('it ended in the middle');
    yield { kind: 'end' };
    await over;
  } catch (error) {
    await over;
    if (signal.aborted) return;
    throw new BerthError('PORT_CLOSED', `the connection broke: ${messageOf(error)}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', leave);
    socket.destroy();
  }
}

/** `ended`: whether the host said that the end which is seen was meant; `over`: rejects as the call does. */
function told(answers: AsyncIterable<DialResponse>): { ended: Promise<boolean>; over: Promise<void> } {
  const ended = Promise.withResolvers<boolean>();
  const look = async () => {
    try {
      for await (const { message } of answers) if (message?.$case === 'end') ended.resolve(true);
    } finally {
      ended.resolve(false);
    }
  };
  return { ended: ended.promise, over: look() };
}

function encodeOpen(open: DialOpen): Omit<WireOpen, 'ownConnection'> {
  const { session } = open;
  if ('editor' in open) return { session, target: { $case: 'editor', editor: {} } };
  const { port, anyProcess } = open;
  return { session, target: { $case: 'port', port: { port, anyProcess } } };
}

async function* bytesOfCall(messages: AsyncIterable<DialResponse>): AsyncGenerator<DialMessage> {
  for await (const { message } of messages) {
    if (message?.$case === 'data') yield { kind: 'data', data: message.data };
    else if (message?.$case === 'end') yield { kind: 'end' };
  }
}
