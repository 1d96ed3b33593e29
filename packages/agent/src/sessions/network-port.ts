/** What the application needs to know of, and to reach, what listens on this host. */
import type { Duplex } from 'node:stream';
import type { ListeningPort } from '@berth/shared/domain/listening-port';

/** A socket that a process has open. While it is open no other has its inode. */
export interface HeldSocket {
  readonly pid: number;
  readonly descriptor: string;
  readonly inode: string;
}

export interface Listener extends ListeningPort {
  readonly sockets: readonly HeldSocket[];
}

export interface Network {
  /** TCP ports on which any of these processes listens, by number; looks at all that they have open. */
  listeners(pids: readonly number[]): Promise<Listener[]>;
  /** True while that process has it open; cheap. */
  holds(socket: HeldSocket): boolean;
  /** Addresses on which any process listens on the port. */
  addresses(port: number): readonly string[];
  /**
   * A connection that is made; each side ends by itself. Rejects where nobody takes it. Once the
   * signal aborts it is broken off.
   */
  connect(to: { readonly address: string; readonly port: number }, signal: AbortSignal): Promise<Duplex>;
}
