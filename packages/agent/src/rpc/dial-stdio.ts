/** `berthd dial-stdio`: the agent's socket on standard input and output, for ssh without forwarding. */
import { connect } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';

/** Resolves when either side closed. Rejects with AGENT_MISSING where nothing listens. */
export function dialStdio(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = connect({ path: socket, allowHalfOpen: true });
    connection.once('error', (error) => {
      reject(new BerthError('AGENT_MISSING', `no agent answers on ${socket}: ${messageOf(error)}`));
    });
    connection.once('connect', () => {
      process.stdin.pipe(connection);
      connection.pipe(process.stdout);
    });
    connection.once('close', () => resolve());
    process.stdout.once('error', () => connection.destroy());
  });
}
