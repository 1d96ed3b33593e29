/** A real HTTP server that takes webhooks, and answers as a test wants it to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly status: number;
}

export class WebhookServer implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Answers of the next requests; then 200. */
  readonly answers: (number | readonly [number, Record<string, string>])[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookServer> {
    const server = createServer();
    const self = new WebhookServer(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const answer = self.answers.shift() ?? 200;
        const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
        const body = Buffer.concat(parts).toString('utf8');
        self.received.push({ path: request.url ?? '', headers: request.headers, body, status });
        response.writeHead(status, headers).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return self;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/secret-path`;
  }

  /** Bodies that were taken, parsed. */
  get taken(): Record<string, unknown>[] {
    return this.received
      .filter(({ status }) => status < 300)
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async waitFor(count: number): Promise<void> {
    await until(() => this.received.length >= count, { what: `${count} requests`, deadlineMs: 20_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
