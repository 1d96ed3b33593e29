/** A remote for real git whose other end is in the test: `git push URL` talks to whoever takes the connection. */
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What git runs as its transport; it leaves when either side does. */
const RELAY = `
const socket = require('node:net').connect(process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);
for (const stream of [socket, process.stdout]) stream.on('error', () => process.exit(1));
`;

export interface GitRelay extends AsyncDisposable {
  /** With `-c protocol.ext.allow=always`. */
  readonly url: string;
}

/** In a directory of the test's own. */
export async function gitRelay(directory: string, taken: (caller: Socket) => void): Promise<GitRelay> {
  const [script, socket] = [join(directory, 'relay.cjs'), join(directory, 'relay')];
  writeFileSync(script, RELAY);
  const server = createServer({ allowHalfOpen: true }, taken);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    url: `ext::${process.execPath} ${script} ${socket}`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The caller's bytes to a program of git and back, until it has ended. */
export async function relayed(
  caller: Socket,
  program: {
    readonly streams: {
      readonly input: NodeJS.WritableStream;
      readonly output: NodeJS.ReadableStream;
    } | null;
    readonly ended: Promise<string | null>;
  },
): Promise<string | null> {
  if (program.streams === null) throw new Error('it has a connection of its own');
  pipeline(caller, program.streams.input).catch(() => {});
  await pipeline(program.streams.output, caller).catch(() => {});
  return await program.ended;
}
