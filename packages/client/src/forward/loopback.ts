/** A port of this machine's loopback, of both protocols: who says localhost means either. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { BerthError } from '@berth/shared/domain/berth-error';
import { candidates, type PortWord } from './port-words.ts';

export interface LoopbackPort extends Disposable {
  readonly port: number;
  /** Why it is another port than the one that was meant. */
  readonly moved: Moved | null;
}

/** `own`: it is Berth's. */
export type Moved = 'taken' | 'privileged' | 'own';

type Accept = (connection: Socket) => void;

/**
 * Disposing it takes no new connections; those that are open go on. `apart`: ports that are taken where they
 * are asked for alone. Throws LOCAL_PORT_TAKEN.
 */
export async function listenOnLoopback(
  { port, local }: PortWord,
  accept: Accept,
  { apart = [] }: { readonly apart?: readonly number[] } = {},
): Promise<LoopbackPort> {
  let moved: Moved | null = null;
  for (const candidate of local === null ? candidates(port) : [local]) {
    if (local === null && apart.includes(candidate)) {
      moved ??= 'own';
      continue;
    }
    const listening = await listenAt(candidate, accept);
    if (typeof listening !== 'string') return { ...listening, moved };
    if (listening !== 'EADDRINUSE' && listening !== 'EACCES') {
      throw new BerthError('LOCAL_PORT_TAKEN', `cannot listen on localhost:${candidate}: ${listening}`);
    }
    const privileged = listening === 'EACCES';
    if (local !== null) {
      const why = privileged ? 'ports below 1024 are not for users' : 'another program has it';
      throw new BerthError('LOCAL_PORT_TAKEN', `cannot listen on localhost:${local}: ${why}`);
    }
    moved ??= privileged ? 'privileged' : 'taken';
  }
  throw new BerthError('LOCAL_PORT_TAKEN', `cannot forward port ${port}: no port of this machine is free`);
}

/** What kept it from listening is a word of the kernel's. */
async function listenAt(wanted: number, accept: Accept): Promise<Omit<LoopbackPort, 'moved'> | string> {
  // Until both listen it may be given up, and then nobody would answer.
  let ours = false;
  const taken = (connection: Socket) => (ours ? accept(connection) : connection.destroy());
  const first = await listen('127.0.0.1', wanted, taken);
  if (typeof first === 'string') return first;
  const { port } = first.address() as AddressInfo;
  const second = await listen('::1', port, taken);
  // A machine without IPv6 has no such address.
  const alone = second === 'EADDRNOTAVAIL' || second === 'EAFNOSUPPORT';
  if (typeof second === 'string' && !alone) {
    // Half of those who say localhost would reach another program.
    first.close();
    await once(first, 'close');
    return second;
  }
  ours = true;
  return {
    port,
    [Symbol.dispose]() {
      first.close();
      if (typeof second !== 'string') second.close();
    },
  };
}

function listen(host: string, port: number, accept: Accept): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    // Also later: one connection that cannot be taken (too many open files) is no end of the others.
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, ipv6Only: true }, () => resolve(server));
  });
}
