/** Which user of this machine is at the other end of a loopback connection, where its kernel tells (Linux). */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/** Another user than ours, who is not root: root needs no connection to us. Unknown counts as ours. */
export function isOtherUser(socket: Peer, own: number | undefined): boolean {
  const table = socket.remoteAddress === '::1' ? 'tcp6' : 'tcp';
  const peer = userOf(socket, read(table)) ?? (table === 'tcp' ? userOf(socket, read('tcp6')) : null);
  return own !== undefined && peer !== null && peer !== 0 && peer !== own;
}

/** The owner of the peer's end in a table of the kernel's (proc(5), /proc/net/tcp); null: it is not there. Pure. */
export function userOf({ remoteAddress, remotePort = 0, localPort = 0 }: Peer, table: string): number | null {
  const addresses = LOOPBACK[remoteAddress ?? ''] ?? [];
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state, , , , uid = ''] = line.trim().split(/\s+/);
    const [address = '', port] = local.split(':');
    const [, there] = remote.split(':');
    const theirs = addresses.includes(address) && port === hex(remotePort) && there === hex(localPort);
    if (theirs && state === ESTABLISHED && /^\d+$/.test(uid)) return Number(uid);
  }
  return null;
}

const ESTABLISHED = '01';
/** As the tables write them; a socket of IPv6 may speak IPv4. */
const LOOPBACK: Readonly<Record<string, readonly string[]>> = {
  '127.0.0.1': ['0100007F', '0000000000000000FFFF00000100007F'],
  '::1': ['00000000000000000000000001000000'],
};

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** Empty where there is none, or it cannot be read. */
function read(table: 'tcp' | 'tcp6'): string {
  try {
    return readFileSync(`/proc/net/${table}`, 'utf8');
  } catch {
    return '';
  }
}
