/**
 * A connection whose writes are taken at once, for HTTP/2 on it. Node's HTTP/2 reads nothing while a
 * write waits. Its windows are larger here than what the system keeps of a socket (see
 * receive-window.ts), so that two ends which both have much to say would wait for each other for ever.
 * What waits in memory instead is bounded by the window that the caller gave for all its calls.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Destroying either destroys both. */
export function flowing(socket: Socket): Duplex {
  const connection = new Duplex({
    read: () => void socket.resume(),
    write(data: Buffer, _encoding, done) {
      socket.write(data);
      done();
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (data) => {
    if (!connection.push(data)) socket.pause();
  });
  socket.on('end', () => connection.push(null));
  socket.on('close', () => connection.destroy());
  return connection;
}
