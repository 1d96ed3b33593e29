/** Who listens on which TCP port, as /proc tells: the kernel's tables, and the descriptors of processes. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import { type ListeningSocket, listeningSockets } from '../domain/listening.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** What ends while it is read is left out. Processes of other users tell nothing. */
export function listeners(pids: readonly number[] | null): ListeningPort[] {
  const sockets = new Map(TABLES.flatMap(read).map((socket) => [socket.inode, socket]));
  const found = new Map<number, { addresses: Set<string>; program: string; pid: number }>();
  const add = ({ port, address }: ListeningSocket, pid: number) => {
    const known = found.get(port);
    if (known) known.addresses.add(address);
    else found.set(port, { addresses: new Set([address]), program: pid ? nameOf(pid) : '', pid });
  };
  if (pids === null) for (const socket of sockets.values()) add(socket, 0);
  for (const pid of pids ?? []) {
    for (const inode of socketsOf(pid)) {
      const socket = sockets.get(inode);
      if (socket) add(socket, pid);
    }
  }
  return [...found]
    .map(([port, { addresses, ...rest }]) => ({ port, addresses: [...addresses].sort(), ...rest }))
    .sort((a, b) => a.port - b.port);
}

function read(table: string): ListeningSocket[] {
  return listeningSockets(quietly(() => readFileSync(table, 'latin1')) ?? '');
}

/** Inodes of the sockets that it has open. */
function socketsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return (quietly(() => readdirSync(directory)) ?? []).flatMap((fd) => {
    const target = quietly(() => readlinkSync(`${directory}/${fd}`)) ?? '';
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    return inode === undefined ? [] : [inode];
  });
}

function nameOf(pid: number): string {
  return (quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '').trim();
}

function quietly<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
