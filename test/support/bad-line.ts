/** Ways to a host that are bad: a port that swallows what it gets, and one that takes its time. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestSshd } from './sshd.ts';

type Address = Pick<TestSshd, 'name' | 'port' | 'knownHost'>;

export class BadLine implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** To be given to configureHosts in the place of the sshd. */
  readonly address: Address;

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
    server.on('connection', (socket) => this.#own(socket));
  }

  /** Accepts, and never says a word. */
  static async swallowing(name: string): Promise<BadLine> {
    const server = createServer();
    const port = await listen(server);
    return new BadLine(server, { name, port, knownHost: '' });
  }

  /** Everything arrives so many ms late. */
  static async slow(sshd: TestSshd, delayMs: number): Promise<BadLine> {
    const server = createServer();
    const port = await listen(server);
    const knownHost = sshd.knownHost.replace(`:${sshd.port} `, `:${port} `);
    const line = new BadLine(server, { name: sshd.name, port, knownHost });
    server.on('connection', (near) => {
      const far = connect(sshd.port, '127.0.0.1');
      line.#own(far);
      carry(near, far, delayMs);
      carry(far, near, delayMs);
    });
    return line;
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function carry(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (data) => setTimeout(() => to.writable && to.write(data), delayMs));
  from.once('close', () => setTimeout(() => to.destroy(), delayMs));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
}
