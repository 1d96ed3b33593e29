/** A connection of this machine joined to one on a host: bytes both ways, each at the pace of its reader. */
import type { Socket } from 'node:net';
import type { DialStream } from '../rpc/host-client.ts';

/**
 * Resolves once both sides have ended, or the local one is gone. Rejects with what the host said
 * where there is no connection, or it broke; the local one is reset then, as a broken one is.
 */
export async function join(local: Socket, remote: DialStream): Promise<void> {
  local.on('error', () => {});
  local.pause();
  let receiving = true;
  local.on('data', (data) => {
    local.pause();
    void remote.write(data).then(() => local.resume());
  });
  local.on('end', () => remote.end());
  try {
    for await (const message of remote.messages) {
      if (message.kind === 'opened') local.resume();
      if (message.kind === 'end') local.end();
      if (message.kind === 'data' && receiving && !local.write(message.data)) await drained(local);
      receiving = !local.destroyed;
    }
    if (!local.writableEnded) local.end();
  } catch (error) {
    local.resetAndDestroy();
    throw error;
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
