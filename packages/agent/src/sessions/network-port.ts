/** What the application needs to know of, and to reach, what listens on this host. */
import type { Duplex } from 'node:stream';
import type { ListeningPort } from '@berth/shared/domain/listening-port';

export interface Network {
  /** TCP ports on which any of these processes listens, by number; null: any process at all. */
  listeners(pids: readonly number[] | null): Promise<ListeningPort[]>;
  /**
   * A connection that is made; each side ends by itself. Rejects where nobody takes it. Once the
   * signal aborts it is broken off.
   */
  connect(to: { readonly address: string; readonly port: number }, signal: AbortSignal): Promise<Duplex>;
}
