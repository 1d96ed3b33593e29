/** Health and metrics over HTTP, on loopback alone: /healthz, /readyz, /metrics. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReport } from './checks.ts';

export interface HttpOptions {
  /** 0: a free one. */
  readonly port: number;
  /** Null while the agent serves, else why it does not. */
  readonly notServing: () => string | null;
  readonly report: () => Promise<HealthReport>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

export interface HttpEndpoint extends AsyncDisposable {
  readonly port: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const LOOPBACK = '127.0.0.1';
const TEXT = 'text/plain; charset=utf-8';
const CONNECTIONS = 32;
const REQUEST_MS = 5000;
/** A page in a browser can have its own name lead here (DNS rebinding); it cannot have it read so. */
const HOSTS = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** Listens until disposed. Rejects where the port is taken. */
export async function serveHttp(options: HttpOptions): Promise<HttpEndpoint> {
  const paths: Readonly<Record<string, () => Promise<Answer> | Answer>> = {
    '/healthz': () => ({ status: 200, body: 'ok\n' }),
    '/readyz': () => ready(options),
    '/metrics': async () => {
      const { contentType: type } = options.metrics;
      return { status: 200, body: await options.metrics.text(), type };
    },
  };

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (!HOSTS.test(request.headers.host ?? '')) return { status: 403, body: 'unknown host\n' };
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const found = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (!found) return { status: 404, body: 'not found\n' };
    if (request.method !== 'GET') return { status: 405, body: 'only GET\n' };
    return await found();
  }

  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: 8192 },
    (request, response) => {
      void answer(request)
        .catch((): Answer => ({ status: 500, body: 'unexpected error\n' }))
        .then(({ status, body, type = TEXT }) => {
          response.writeHead(status, {
            'content-type': type,
            'content-length': Buffer.byteLength(body),
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
            // Nobody reads a body: what follows the head of a request is dropped with its connection.
            connection: 'close',
            ...(status === 405 ? { allow: 'GET' } : {}),
          });
          response.end(body);
        });
    },
  );
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function ready({ notServing, report }: HttpOptions): Promise<Answer> {
  const reason = notServing();
  if (reason !== null) return { status: 503, body: `${reason}\n` };
  const { ok, checks } = await report();
  if (ok) return { status: 200, body: 'ok\n' };
  const failed = checks.filter((check) => !check.ok);
  return { status: 503, body: failed.map(({ name, detail }) => `${name}: ${detail}\n`).join('') };
}
