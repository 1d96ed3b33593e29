/** The host's own network, as the sessions' ports see it. */
import { connect } from 'node:net';
import type { Network } from '../sessions/network-port.ts';
import { addressesOf, holds, listeners } from './listeners.ts';

export const network: Network = {
  listeners: async (pids) => listeners(pids),
  holds,
  addresses: addressesOf,
  connect: ({ address, port }, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true, signal });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        // What breaks it off is told to whoever reads it; by then there may be nobody.
        socket.on('error', () => {});
        resolve(socket);
      });
    }),
};
