/** Which user of this machine is at the other end of a loopback connection, where its kernel tells (Linux). */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/** `nobody`: who connected has closed it, and left what was sent. */
type Owner = number | 'nobody';

/**
 * Another user than ours, who is not root: root needs no connection to us. Unknown counts as ours, but for
 * who comes by an address that is not the loopback's own: programs choose that, and none of ours does.
 */
export function isOtherUser(socket: Peer, own: number | undefined, tables: Tables = read): boolean {
  if (own === undefined) return false;
  const { remoteAddress } = socket;
  if (remoteAddress === undefined || !Object.hasOwn(LOOPBACK, remoteAddress)) return true;
  const owner =
    remoteAddress === '::1'
      ? ownerOf(socket, tables('tcp6'))
      : (ownerOf(socket, tables('tcp')) ?? ownerOf(socket, tables('tcp6')));
  return owner !== null && owner !== 0 && owner !== own;
}

/** The owner of the peer's end in a table of the kernel's (proc(5), /proc/net/tcp); null: it is not there. Pure. */
export function ownerOf({ remoteAddress, remotePort = 0, localPort = 0 }: Peer, table: string): Owner | null {
  const addresses = LOOPBACK[remoteAddress ?? ''] ?? [];
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state, , , , uid = '', , inode] = line.trim().split(/\s+/);
    const [address = '', port] = local.split(':');
    const [, there] = remote.split(':');
    const theirs = addresses.includes(address) && port === hex(remotePort) && there === hex(localPort);
    // One that has said all it has to say, and only listens, is as much there as any.
    if (!theirs || state === TIME_WAIT || !/^\d+$/.test(uid)) continue;
    return inode === '0' ? 'nobody' : Number(uid);
  }
  return null;
}

type Tables = (table: 'tcp' | 'tcp6') => string;

/** The connection of before: its owner is not told any more. */
const TIME_WAIT = '06';
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
