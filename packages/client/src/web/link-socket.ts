/**
 * How a second `berth ui` finds the first: a Unix socket in the runtime directory, which its user alone can
 * reach. Whoever connects gets one line with a fresh URL. A socket that nobody answers is stale.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { privateDirectory } from '../config/paths.ts';

const ANSWER_MS = 2000;

/** The URL of the UI that runs here; null: none does. */
export async function askForLink(runtimeDir: string): Promise<string | null> {
  const socket = connect(socketIn(runtimeDir));
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  let told = '';
  try {
    for await (const part of socket as AsyncIterable<Buffer>) told += part.toString('utf8');
  } catch {
    return null;
  }
  return told.endsWith('\n') ? told.trim() : null;
}

/** Takes the place of one that nobody answers. Disposing it takes the socket away, if it is its own still. */
export async function answerLinks(runtimeDir: string, link: () => string): Promise<Disposable> {
  const file = socketIn(runtimeDir);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`${link()}\n`);
  });
  // Two may begin in the same moment: the later one has the name, and the other leaves it alone.
  const made = `${file}.${process.pid}`;
  rmSync(made, { force: true });
  await new Promise<void>((resolve, reject) => {
    // Also later: a connection that cannot be taken (too many open files) is no end of the others.
    server.on('error', reject);
    server.listen(made, resolve);
  });
  const own = inodeOf(made);
  renameSync(made, file);
  return {
    [Symbol.dispose]() {
      server.close();
      if (inodeOf(file) === own) rmSync(file, { force: true });
    },
  };
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

function socketIn(runtimeDir: string): string {
  return path.join(privateDirectory(runtimeDir), 'ui.sock');
}
