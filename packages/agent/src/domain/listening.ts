/** TCP sockets that listen, out of the kernel's tables (/proc/net/tcp, /proc/net/tcp6). */

export interface ListeningSocket {
  readonly inode: string;
  readonly address: string;
  readonly port: number;
}

/** TCP_LISTEN of the kernel's tcp_states.h. */
const LISTEN = '0A';

/** Lines that say something else are passed over. */
export function listeningSockets(table: string): ListeningSocket[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [, address, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (state !== LISTEN || address === undefined || port === undefined || inode === undefined) return [];
    return [{ inode, address: addressOf(address), port: Number.parseInt(port, 16) }];
  });
}

/** The kernel prints each 32 bits as a number of the machine's: the machines of today are little-endian. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  // ::ffff:a.b.c.d is bound to that address of the older protocol.
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return bytes.slice(12).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  return shortest(groups.map((group) => group.toString(16)));
}

/** The longest run of zero groups as `::` (RFC 5952). */
function shortest(groups: readonly string[]): string {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

/** Where to connect for what is bound to these, in turn: loopback before all else. */
export function nearestAddresses(addresses: readonly string[]): string[] {
  const loopback = addresses.find((address) => address.startsWith('127.')) ?? null;
  if (loopback !== null) return [loopback];
  if (addresses.includes('0.0.0.0')) return ['127.0.0.1'];
  if (addresses.includes('::1')) return ['::1'];
  // Most who say that take both protocols, and a machine may have only the older one.
  if (addresses.includes('::')) return ['::1', '127.0.0.1'];
  return [addresses[0] ?? '127.0.0.1'];
}
