/** A local socket whose every connection is carried by a `berthd dial-stdio` on the host. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/** Serves as long as this process lives. */
export async function bridgeStdio(socketPath: string, dial: () => ChildProcess): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    const child = dial();
    child.once('error', () => socket.destroy());
    child.stdin?.on('error', () => socket.destroy());
    if (child.stdin) socket.pipe(child.stdin);
    child.stdout?.pipe(socket);
    socket.on('error', () => child.kill());
    socket.once('close', () => {
      open.delete(socket);
      child.kill();
    });
  });
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    // Also later: a connection that cannot be taken (too many open files) is no end of the others.
    server.on('error', reject);
    server.listen(socketPath, resolve);
  });
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(socketPath, { force: true });
    },
  };
}
