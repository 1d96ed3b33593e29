/** Is anybody there? */
import { connect } from 'node:net';

/** True where somebody accepts connections on the socket. Never rejects. */
export function accepts(socketPath: string, deadlineMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (accepted: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    const timer = setTimeout(() => answer(false), deadlineMs);
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/**
 * True where the connection stays open for a moment: a forward whose far end refuses accepts,
 * and closes at once.
 */
export function staysOpen(socketPath: string, momentMs = 250): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (open: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(open);
    };
    const timer = setTimeout(() => answer(true), momentMs);
    // An HTTP/2 server greets first: no need to wait any longer.
    socket.once('data', () => answer(true));
    socket.once('close', () => answer(false));
    socket.once('error', () => answer(false));
  });
}
