/** A connection of this machine joined to one on a host: bytes both ways, each at the pace of its reader. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { DialStream } from '../rpc/host-client.ts';
import { sent } from '../rpc/sent.ts';

export interface Joining {
  /** There is a connection. Before that nothing of the local one is taken: it can be joined to another. */
  opened(): void;
  /** The local one broke: nobody is left to read for, or to write for. */
  broken(): void;
}

/**
 * Resolves once both sides have ended and all that was sent has been passed on, or the call was ended.
 * Rejects with what the host said where there is no connection, or it broke. An end on one side is
 * an end on the other, which may still answer.
 */
export async function join(local: Socket, remote: DialStream, { opened, broken }: Joining): Promise<void> {
  let passed = Promise.resolve();
  const send = (data: Buffer) => {
    local.pause();
    passed = remote.write(data).then(() => void local.resume());
  };
  // An end with nothing before it that is still to be read is told even while nobody reads.
  const end = () => void passed.then(() => remote.end());
  const closed = () => {
    // Whole on this side, the other has not taken it all yet: only a break ends that.
    if (!local.readableEnded || !local.writableFinished) broken();
  };
  local.on('close', closed);
  try {
    for await (const message of remote.messages) {
      if (message.kind === 'opened') {
        opened();
        if (local.readableEnded) end();
        else local.on('data', send).on('end', end).resume();
      }
      if (message.kind === 'end') local.end();
      if (message.kind === 'data') await sent<Uint8Array>(local, message.data);
    }
    // What it has not read yet is still to reach it.
    local.destroySoon();
    if (!local.closed) await once(local, 'close').catch(() => {});
  } finally {
    local.off('data', send).off('end', end).off('close', closed);
  }
}
