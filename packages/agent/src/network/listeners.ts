/** Who listens on which TCP port, as /proc tells: the kernel's tables, and the descriptors of processes. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { type ListeningSocket, listeningSockets } from '../domain/listening.ts';
import type { HeldSocket, Listener } from '../sessions/network-port.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** What ends while it is read is left out. Processes of other users tell nothing. */
export function listeners(pids: readonly number[]): Listener[] {
  const listening = new Map(listeningNow().map((socket) => [socket.inode, socket]));
  const found = new Map<number, { addresses: Set<string>; sockets: HeldSocket[] }>();
  for (const held of pids.flatMap(socketsOf)) {
    const socket = listening.get(held.inode);
    if (!socket) continue;
    const known = found.get(socket.port) ?? { addresses: new Set(), sockets: [] };
    found.set(socket.port, known);
    known.addresses.add(socket.address);
    known.sockets.push(held);
  }
  return [...found]
    .map(([port, { addresses, sockets }]) => {
      const pid = sockets[0]?.pid ?? 0;
      return { port, addresses: [...addresses].sort(), program: nameOf(pid), pid, sockets };
    })
    .sort((a, b) => a.port - b.port);
}

/** Those that any process listens on. */
export function addressesOf(port: number): string[] {
  return listeningNow().flatMap((socket) => (socket.port === port ? [socket.address] : []));
}

export function holds({ pid, descriptor, inode }: HeldSocket): boolean {
  return linkOf(pid, descriptor) === `socket:[${inode}]`;
}

/** Some milliseconds, however little there is: the kernel walks the table of all its connections. */
function listeningNow(): ListeningSocket[] {
  return TABLES.flatMap((table) => listeningSockets(quietly(() => readFileSync(table, 'latin1')) ?? ''));
}

function socketsOf(pid: number): HeldSocket[] {
  const descriptors = quietly(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.flatMap((descriptor) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(pid, descriptor))?.[1];
    return inode === undefined ? [] : [{ pid, descriptor, inode }];
  });
}

/** Empty where it is gone, or somebody else's. */
function linkOf(pid: number, descriptor: string): string {
  return quietly(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? '';
}

/** Of its file: what it calls itself may be the name of a thread (`MainThread` of node). */
function nameOf(pid: number): string {
  const file = quietly(() => readlinkSync(`/proc/${pid}/exe`))?.replace(/ \(deleted\)$/, '');
  return file ? path.basename(file) : (quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '').trim();
}

function quietly<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
