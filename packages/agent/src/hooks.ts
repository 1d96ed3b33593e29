/**
 * Named points in the code where tests cause failures. Inert unless BERTHD_TEST_HOOKS names a
 * Unix socket: then the point's name is written there as a line, and the program goes on when a
 * line comes back.
 */
import { connect } from 'node:net';

export function createHooks(env: NodeJS.ProcessEnv): (point: string) => Promise<void> {
  const socket = env.BERTHD_TEST_HOOKS;
  if (!socket) return () => Promise.resolve();
  return (point) =>
    new Promise((resolve) => {
      const connection = connect(socket, () => connection.write(`${point}\n`));
      connection.once('data', () => connection.end());
      connection.once('error', () => resolve());
      connection.once('close', () => resolve());
    });
}
