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
 * What a connection to the socket does: `absent`: nobody accepts. `closed`: accepted and closed at
 * once, as by a forward whose far end refuses. `greets`: an HTTP/2 server spoke first, as they do.
 * `silent`: it stays open and says nothing for the moment given.
 */
export function probe(
  socketPath: string,
  momentMs: number,
): Promise<'absent' | 'closed' | 'greets' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let accepted = false;
    const answer = (what: 'absent' | 'closed' | 'greets' | 'silent') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(what);
    };
    const timer = setTimeout(() => answer('silent'), momentMs);
    socket.once('connect', () => {
      accepted = true;
    });
    socket.once('data', () => answer('greets'));
    socket.once('close', () => answer(accepted ? 'closed' : 'absent'));
    socket.once('error', () => answer(accepted ? 'closed' : 'absent'));
  });
}
