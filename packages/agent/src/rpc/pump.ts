/** The bytes of a connection to what a session listens on: over its call, or over a connection of their own. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { DialRequest, DialResponse } from '@berth/shared/gen/berth/v1/port';
import { connectionLine } from '@berth/shared/wire/own-connection';
import type { ServerDuplexStream } from '@grpc/grpc-js';

export type DialCall = ServerDuplexStream<DialRequest, DialResponse>;

/** Over the call: both ways, each at the pace of its reader. Resolves once both sides have ended, or the caller left. */
export async function pump(stream: DialCall, connection: Duplex, signal: AbortSignal): Promise<void> {
  const over = endOf(stream, connection, signal);
  connection.on('data', (data: Buffer) => {
    if (stream.write({ message: { $case: 'data', data } })) return;
    connection.pause();
    stream.once('drain', () => connection.resume());
  });
  connection.on('end', () => stream.write({ message: { $case: 'end', end: {} } }));
  stream.on('data', ({ message }: DialRequest) => {
    if (message?.$case === 'end') connection.end();
    if (message?.$case !== 'data' || connection.writableEnded || connection.destroyed) return;
    if (connection.write(message.data)) return;
    stream.pause();
    connection.once('drain', () => stream.resume());
  });
  if (stream.readableEnded) connection.end();
  // Of a link that is lost comes an end, too, and then that the call is cancelled: nobody has left.
  stream.on('end', () => setImmediate(() => signal.aborted || connection.end()));
  stream.resume();
  await over;
}

/**
 * Over `own`, which is seen to end also where its link is lost: an end counts once the caller has said it
 * on the call, and is said there itself. Begins with the line that named it. Resolves as `pump`.
 */
export async function splice(
  stream: DialCall,
  { own, name, connection }: { readonly own: Socket; readonly name: string; readonly connection: Duplex },
  signal: AbortSignal,
): Promise<void> {
  const over = endOf(stream, connection, signal);
  own.allowHalfOpen = true;
  own.write(connectionLine(name));
  const left = { said: stream.readableEnded, seen: own.readableEnded };
  const end = () => {
    if (left.said && left.seen) connection.end();
  };
  connection.on('end', () => {
    own.end();
    stream.write({ message: { $case: 'end', end: {} } });
  });
  own.on('end', () => {
    left.seen = true;
    end();
  });
  // One that closes in order has ended before, both ways.
  own.on('close', () => {
    if (!own.readableEnded || !own.writableFinished) connection.destroy();
  });
  stream.on('end', () => {
    // As in `pump`.
    setImmediate(() => {
      left.said = true;
      if (!signal.aborted) end();
    });
  });
  stream.resume();
  connection.pipe(own, { end: false });
  own.pipe(connection, { end: false });
  try {
    await over;
  } finally {
    if (signal.aborted) own.destroy();
    // What is on its way to the caller still arrives.
    else own.destroySoon();
  }
}

/** Resolves once the connection is closed, also where it was before; the caller's leaving closes it. */
async function endOf(stream: DialCall, connection: Duplex, signal: AbortSignal): Promise<void> {
  const leave = () => connection.destroy();
  stream.on('error', leave);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const broken = connection.errored ?? (await closed(connection));
    if (broken) throw new BerthError('PORT_CLOSED', `the connection broke: ${broken.message}`);
  } finally {
    leave();
  }
}

/** Resolves with what broke it; null where nothing did. */
function closed(connection: Duplex): Promise<Error | null> {
  if (connection.closed) return Promise.resolve(null);
  return new Promise((resolve) => {
    connection.once('error', resolve);
    connection.once('close', () => resolve(null));
  });
}
